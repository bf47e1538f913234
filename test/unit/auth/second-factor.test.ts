import assert from "node:assert/strict";
import { join } from "node:path";
import type { User } from "../../../shared/entities/user.ts";
import { CredentialRepository } from "../../../server/auth/credentials.ts";
import { SecondFactor } from "../../../server/auth/second-factor.ts";
import { totpCode } from "../../../server/auth/totp.ts";
import { KeyRing } from "../../../server/secrets/key-ring.ts";
import { KeyService } from "../../../server/secrets/rotation.ts";
import { SecretBox } from "../../../server/secrets/secret-box.ts";
import { takeTurns } from "../../../server/serial.ts";
import type { Database } from "../../../server/storage/database.ts";
import { openDatabase } from "../../../server/storage/migrations.ts";
import { migrations } from "../../../server/storage/schema.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

describe("the second factor", () => {
  const directory = temporaryDirectory();
  const ada = { id: "ada", email: "ada@example.org" } as User;
  let now = 1_700_000_000_000;
  let database: Database;
  let credentials: CredentialRepository;
  let factor: SecondFactor;
  let keys: KeyService;

  beforeEach(async () => {
    const clock = { now: () => now };
    database = openDatabase(join(directory(), "db.sqlite"), { migrations, clock, backupDirectory: directory() });
    credentials = new CredentialRepository(database);
    const ring = await KeyRing.open({ keyFile: join(directory(), "keys.json"), clock });
    const secrets = new SecretBox(ring);
    keys = new KeyService({ ring, secrets, inTurn: takeTurns() });
    factor = new SecondFactor({ credentials, secrets, clock });
  });
  afterEach(() => database.close());

  /** Enrols and answers what gives the present code. */
  function enrol(): () => string {
    const { secret } = factor.enrol(ada);
    const code = () => totpCode(secret, Math.floor(now / 30_000));
    factor.confirm("ada", code());
    now += 60_000;
    return code;
  }

  it("counts once it was confirmed, and each code once", () => {
    const { secret } = factor.enrol(ada);
    const code = totpCode(secret, Math.floor(now / 30_000));
    assert.equal(factor.check("ada", code), false);
    factor.confirm("ada", code);
    assert.equal(factor.check("ada", code), false, "used for confirming");
    now += 60_000;
    const next = totpCode(secret, Math.floor(now / 30_000));
    assert.equal(factor.check("ada", next), true);
    assert.equal(factor.check("ada", next), false);
    assert.throws(() => factor.confirm("ada", next), { code: "conflict" });
  });

  it("goes on after its secret was sealed with a new key, also one that waits for its first code", async () => {
    const code = enrol();
    const { secret } = factor.enrol({ id: "bob", email: "bob@example.org" } as User);
    await keys.rotate(false);
    assert.deepEqual(
      keys.list().map(({ values }) => values),
      [0, 2],
      "the old key stays a minute",
    );
    now += 120_000;
    const { removed } = await keys.rotate(false);
    assert.equal(removed.length, 1);
    assert.equal(factor.check("ada", code()), true);
    factor.confirm("bob", totpCode(secret, Math.floor(now / 30_000)));
  });

  it("takes no code any more after ten wrong ones, until the right password", () => {
    const code = enrol();
    for (let time = 0; time < 10; time += 1) assert.equal(factor.check("ada", "not it"), false);
    assert.equal(factor.check("ada", code()), false);
    factor.forgive("ada");
    assert.equal(factor.check("ada", code()), true);
  });

  it("forgets wrong ones with a right one", () => {
    const code = enrol();
    for (let round = 0; round < 3; round += 1) {
      for (let time = 0; time < 9; time += 1) factor.check("ada", "not it");
      assert.equal(factor.check("ada", code()), true);
      now += 60_000;
    }
  });

  it("keeps what was enrolled until another secret is confirmed", () => {
    const code = enrol();
    factor.enrol(ada);
    assert.equal(factor.check("ada", code()), true);
  });

  it("keeps its secret sealed, and for nobody else", () => {
    const { secret } = factor.enrol(ada);
    const { totpPending } = credentials.get("ada");
    assert.ok(totpPending !== null && !totpPending.includes(secret));
    credentials.set("eve", { totpPending });
    assert.throws(() => factor.confirm("eve", "123456"), { code: "secret_unreadable" });
  });

  it("goes with its person", () => {
    enrol();
    credentials.addCode("a code", "ada", now + 1000);
    credentials.tidy((id) => id !== "ada", now);
    assert.equal(factor.isEnrolled("ada"), false);
    assert.equal(credentials.takeCode("a code", now), "ada");
    assert.equal(credentials.takeCode("a code", now), undefined);
  });
});
