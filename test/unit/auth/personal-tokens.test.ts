import assert from "node:assert/strict";
import { join } from "node:path";
import type { User } from "../../../shared/entities/user.ts";
import { AccessTokenRepository } from "../../../server/auth/access-tokens.ts";
import { PersonalTokens } from "../../../server/auth/personal-tokens.ts";
import { TokenService } from "../../../server/auth/tokens.ts";
import { EventBus } from "../../../server/events/bus.ts";
import type { Database } from "../../../server/storage/database.ts";
import { openDatabase } from "../../../server/storage/migrations.ts";
import { migrations } from "../../../server/storage/schema.ts";
import { memoryKeys } from "../../support/signing-keys.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

describe("personal access tokens by themselves", () => {
  const directory = temporaryDirectory();
  const clock = { now: () => 1_700_000_000_000 };
  const ada = { id: "ada", name: "Ada", email: "a@x.example", username: "ada", level: "client", memberships: [] };
  let database: Database;
  let tokens: TokenService;
  let personal: PersonalTokens;

  beforeEach(() => {
    database = openDatabase(join(directory(), "db.sqlite"), { migrations, clock, backupDirectory: directory() });
    tokens = new TokenService({ keys: memoryKeys(), issuer: "urn:aiops:test", clock });
    personal = new PersonalTokens({
      repository: new AccessTokenRepository(database),
      tokens,
      events: new EventBus(),
      clock,
    });
  });
  afterEach(() => database.close());

  const create = () => personal.create(ada as unknown as User, { name: "t", scopes: ["read"], days: 1 });

  it("are good for nothing but the very token that was given out, as itself", async () => {
    const { token, row } = await create();
    const claims = await tokens.verify(token);
    assert.deepEqual(personal.use(claims, token)?.scopes, ["read"]);
    // Signed with the right key, for the same id: by somebody who got hold of the key, say.
    const expiresAt = row.expiresAt + 86_400_000;
    const forged = await tokens.sign({ ...claims, expiresAt }, ada as unknown as User);
    assert.equal(personal.use(await tokens.verify(forged), forged), undefined);
    assert.equal(personal.use({ ...claims, userId: "eve" }, token), undefined);
    personal.remove(row.id);
    assert.equal(personal.use(claims, token), undefined);
  });

  it("are a hundred at the most", async () => {
    for (let made = 0; made < 100; made += 1) await create();
    await assert.rejects(create(), { code: "conflict" });
  });
});
