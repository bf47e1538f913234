import assert from "node:assert/strict";
import { GitHubProvider } from "../../../server/providers/github/github-provider.ts";
import type { ProviderConnection } from "../../../server/providers/provider.ts";
import { ProviderPool } from "../../../server/providers/provider-pool.ts";
import { AppError } from "../../../shared/errors.ts";
import { withCode } from "../../support/error-code.ts";

const connection: ProviderConnection = { id: "c1", provider: "github", baseUrl: "", token: "one" };

describe("the pool of providers", () => {
  let made: number;
  let failing: boolean;
  let pool: ProviderPool;
  beforeEach(() => {
    made = 0;
    failing = false;
    pool = new ProviderPool((given) => {
      made += 1;
      if (failing) return Promise.reject(new AppError("unavailable", "Not now."));
      return Promise.resolve(new GitHubProvider(given));
    });
  });

  it("gives everybody the same provider of a connection, also at the same time", async () => {
    const [one, other] = await Promise.all([pool.get(connection), pool.get({ ...connection })]);
    assert.equal(one, other);
    assert.notEqual(await pool.get({ ...connection, id: "c2" }), one);
    assert.equal(made, 2);
  });

  it("makes another when address, account or token changed, and after it was told to forget", async () => {
    const first = await pool.get(connection);
    for (const change of [{ token: "two" }, { baseUrl: "https://ghes.test/api/v3" }, { email: "ann@acme.test" }]) {
      assert.notEqual(await pool.get({ ...connection, ...change }), first);
    }
    const last = await pool.get(connection);
    pool.forget(connection.id);
    assert.notEqual(await pool.get(connection), last);
  });

  it("keeps no failure", async () => {
    failing = true;
    await assert.rejects(pool.get(connection), withCode("unavailable"));
    failing = false;
    await pool.get(connection);
    assert.equal(made, 2);
  });
});
