import assert from "node:assert/strict";
import type { SecretStorage } from "vscode";
import { forgetToken, keepToken, TokenKeeper, type Grant } from "../../../../extension/connection/tokens.ts";

/** SecretStorage as VS Code's, in memory. */
function secretStorage(): SecretStorage & { kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    get: (key) => Promise.resolve(kept.get(key)),
    store: (key, value) => Promise.resolve(void kept.set(key, value)),
    delete: (key) => Promise.resolve(void kept.delete(key)),
    keys: () => Promise.resolve([...kept.keys()]),
    onDidChange: () => ({ dispose: () => undefined }),
  };
}

const hour = 3_600_000;
const server = "http://one.example";
const brought = { signIn: undefined, isKept: true };

describe("TokenKeeper", () => {
  let signIns: number;
  const signIn = (lifetimeMs: number) => (): Promise<Grant> => {
    signIns += 1;
    return Promise.resolve({ token: `token ${signIns}`, expiresAt: Date.now() + lifetimeMs });
  };

  beforeEach(() => {
    signIns = 0;
  });

  it("signs in once for all who ask at the same moment, and anew for another connection", async () => {
    const secrets = secretStorage();
    const keeper = new TokenKeeper(secrets, "personal", { signIn: signIn(hour), isKept: false });
    assert.deepEqual(await Promise.all([keeper.token(), keeper.token(), keeper.token()]), Array(3).fill("token 1"));
    const next = new TokenKeeper(secrets, "personal", { signIn: signIn(hour), isKept: false });
    assert.equal(signIns, 1);
    assert.equal(await next.token(), "token 2");
    assert.equal(secrets.kept.size, 0);
  });

  it("renews a token a minute before it ends", async () => {
    const keeper = new TokenKeeper(secretStorage(), "personal", { signIn: signIn(59_000), isKept: false });
    assert.equal(await keeper.token(), "token 1");
    assert.equal(await keeper.token(), "token 2");
  });

  it("renews when asked to, as after a revocation", async () => {
    const keeper = new TokenKeeper(secretStorage(), "personal", { signIn: signIn(hour), isKept: false });
    await keeper.token();
    assert.equal(await keeper.renew(), "token 2");
    assert.equal(await keeper.token(), "token 2");
  });

  it("has none of a server where the person has not signed in, and keeps apart what belongs to different servers", async () => {
    const secrets = secretStorage();
    await keepToken(secrets, server, { token: "brought", expiresAt: Date.now() + hour });
    assert.equal(await new TokenKeeper(secrets, server, brought).token(), "brought");
    const other = new TokenKeeper(secrets, "http://other.example", brought);
    assert.equal(await other.token(), undefined);
    assert.equal(other.canRenew, false);
  });

  it("uses what the person brought before it signs in, until that has ended, and forgets it then", async () => {
    const secrets = secretStorage();
    const options = { signIn: signIn(hour), isKept: true };
    await keepToken(secrets, server, { token: "brought", expiresAt: Date.now() + hour });
    assert.equal(await new TokenKeeper(secrets, server, options).hasKept(), true);
    const keeper = new TokenKeeper(secrets, server, options);
    assert.equal(await keeper.token(), "brought");
    assert.equal(await keeper.renew(), "token 1");
    assert.equal(secrets.kept.size, 0);
    await keepToken(secrets, server, { token: "ended", expiresAt: Date.now() + 1000 });
    assert.equal(await new TokenKeeper(secrets, server, options).token(), "token 2");
    assert.equal(secrets.kept.size, 0);
  });

  it("takes what another window brought meanwhile, and throws it away no more than it has to", async () => {
    const secrets = secretStorage();
    const options = { signIn: signIn(hour), isKept: true };
    const keeper = new TokenKeeper(secrets, server, options);
    assert.equal(await keeper.token(), "token 1");
    await keepToken(secrets, server, { token: "of the other window", expiresAt: Date.now() + hour });
    assert.equal(await keeper.renew(), "of the other window");
    assert.equal(secrets.kept.size, 1);
    await forgetToken(secrets, server);
    assert.equal(await new TokenKeeper(secrets, server, options).hasKept(), false);
  });

  it("has none where what was kept is cut", async () => {
    const secrets = secretStorage();
    await secrets.store(`token:${server}`, '{"token":"t');
    assert.equal(await new TokenKeeper(secrets, server, brought).token(), undefined);
  });
});
