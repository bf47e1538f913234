import assert from "node:assert/strict";
import type { SecretStorage } from "vscode";
import { keepToken, TokenKeeper, type Grant } from "../../../../extension/connection/tokens.ts";

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
    const keeper = new TokenKeeper(secrets, "personal", signIn(hour));
    assert.deepEqual(await Promise.all([keeper.token(), keeper.token(), keeper.token()]), Array(3).fill("token 1"));
    const next = new TokenKeeper(secrets, "personal", signIn(hour));
    assert.equal(signIns, 1);
    assert.equal(await next.token(), "token 2");
    assert.equal(secrets.kept.size, 0);
  });

  it("renews a token a minute before it ends", async () => {
    const keeper = new TokenKeeper(secretStorage(), "personal", signIn(59_000));
    assert.equal(await keeper.token(), "token 1");
    assert.equal(await keeper.token(), "token 2");
  });

  it("renews when asked to, as after a revocation", async () => {
    const keeper = new TokenKeeper(secretStorage(), "personal", signIn(hour));
    await keeper.token();
    assert.equal(await keeper.renew(), "token 2");
    assert.equal(await keeper.token(), "token 2");
  });

  it("has none of a server where the person has not signed in, and keeps apart what belongs to different servers", async () => {
    const secrets = secretStorage();
    await keepToken(secrets, "http://one.example", "brought");
    assert.equal(await new TokenKeeper(secrets, "http://one.example", undefined).token(), "brought");
    const other = new TokenKeeper(secrets, "http://other.example", undefined);
    assert.equal(await other.token(), undefined);
    assert.equal(other.canRenew, false);
  });

  it("has none where what was kept is cut", async () => {
    const secrets = secretStorage();
    await secrets.store("token:http://one.example", '{"token":"t');
    assert.equal(await new TokenKeeper(secrets, "http://one.example", undefined).token(), undefined);
  });
});
