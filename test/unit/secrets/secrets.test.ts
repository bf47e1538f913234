import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmod, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KeyRing } from "../../../server/secrets/key-ring.ts";
import { sealedWith, SecretBox, type SecretContext } from "../../../server/secrets/secret-box.ts";
import { withCode } from "../../support/error-code.ts";
import { testClock } from "../../support/storage/clock.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const place: SecretContext = { tenantId: "t1", field: "connection.token", id: "c1" };

describe("secrets at rest", () => {
  const directory = temporaryDirectory();
  const clock = testClock();
  const keyFile = () => join(directory(), "config", "keys.json");
  const ring = (masterKey?: string) => KeyRing.open({ keyFile: keyFile(), masterKey, clock });
  const box = async (masterKey?: string) => new SecretBox(await ring(masterKey));

  it("opens what it sealed, also after a restart, and never alike twice", async () => {
    const sealing = await box();
    const sealed = ["", "ghp_secret", "ünïcödé ☃".repeat(1_000)].map((plain) => sealing.seal(plain, place));
    const opening = await box();
    assert.deepEqual(
      sealed.map((value) => opening.open(value, place)),
      ["", "ghp_secret", "ünïcödé ☃".repeat(1_000)],
    );
    assert.notEqual(sealing.seal("x", place), sealing.seal("x", place));
    assert.ok(!sealed.join().includes("ghp_secret"));
    assert.match(sealed[1] ?? "", /^v1\.[0-9a-f]{12}\.[\w-]+$/);
  });

  it("makes the key file 0600 in a 0700 directory", async () => {
    await ring();
    assert.equal((await stat(keyFile())).mode & 0o777, 0o600);
    assert.equal((await stat(join(directory(), "config"))).mode & 0o777, 0o700);
  });

  for (const [field, other] of Object.entries({ tenantId: "t2", field: "connection.password", id: "c2" })) {
    it(`does not open a value moved to another ${field}`, async () => {
      const secrets = await box();
      const sealed = secrets.seal("ghp_secret", place);
      assert.throws(
        () => secrets.open(sealed, { ...place, [field]: other }),
        withCode("secret_unreadable", "belongs to"),
      );
    });
  }

  it("does not open an altered, cut or foreign value, and never says what is in it", async () => {
    const secrets = await box();
    const sealed = secrets.seal("ghp_secret", place);
    const flipped = sealed.replace(/.$/, (last) => (last === "A" ? "E" : "A"));
    const [version, id] = sealed.split(".");
    for (const bad of [
      flipped,
      sealed.slice(0, -4),
      `${version}.${id}.AAAA`,
      "ghp_secret",
      "",
      `v2.${sealed.slice(3)}`,
    ]) {
      assert.throws(
        () => secrets.open(bad, place),
        (error) => {
          withCode("secret_unreadable", "connection.token of c1")(error);
          assert.ok(!String(error).includes("ghp_secret"));
          return true;
        },
      );
    }
  });

  it("says which key is missing when the key file is another one", async () => {
    const secrets = await box();
    const sealed = secrets.seal("ghp_secret", place);
    const elsewhere = await KeyRing.open({ keyFile: join(directory(), "other.json"), clock });
    assert.throws(
      () => new SecretBox(elsewhere).open(sealed, place),
      withCode("secret_unreadable", sealed.split(".")[1] ?? "?"),
    );
  });

  it("seals with the master key of the environment and still opens what the key file sealed", async () => {
    const old = await box();
    const sealed = old.seal("old", place);
    const master = await box(randomBytes(32).toString("base64"));
    assert.equal(master.open(sealed, place), "old");
    const renewed = master.seal("new", place);
    assert.equal(master.reseal(renewed, place), renewed, "it is sealed with the active key already");
    const again = master.reseal(sealed, place);
    assert.deepEqual([sealedWith(again), master.open(again, place)], [sealedWith(renewed), "old"]);
    assert.throws(() => old.open(renewed, place), withCode("secret_unreadable"));
  });

  it("writes no key file where the environment has the key", async () => {
    await ring(randomBytes(32).toString("base64"));
    await assert.rejects(stat(keyFile()), { code: "ENOENT" });
  });

  for (const bad of ["", "short", randomBytes(16).toString("base64"), "!".repeat(44)]) {
    it(`refuses the master key ${JSON.stringify(bad)} without repeating it`, async () => {
      await assert.rejects(ring(bad), (error) => {
        withCode("invalid_input", "AIOPS_MASTER_KEY")(error);
        assert.ok(bad === "" || !String(error).includes(bad));
        return true;
      });
    });
  }

  it("takes several keys, seals with the active one and opens with all", async () => {
    const first = await box();
    const sealed = first.seal("x", place);
    const stored = JSON.parse(await readFile(keyFile(), "utf8")) as { active: string; keys: object[] };
    stored.keys.push({ id: "next", key: randomBytes(32).toString("base64"), createdAt: "2026-11-20T10:00:00.000Z" });
    stored.active = "next";
    await writeFile(keyFile(), JSON.stringify(stored));
    const rotated = await box();
    assert.equal(rotated.open(sealed, place), "x");
    assert.match(rotated.seal("y", place), /^v1\.next\./);
  });

  for (const mode of [0o640, 0o604, 0o666]) {
    it(`refuses a key file of mode ${mode.toString(8)}`, async () => {
      await ring();
      await chmod(keyFile(), mode);
      await assert.rejects(ring(), withCode("unsafe_path", "chmod 600"));
    });
  }

  it("refuses a linked, a damaged and an empty key file", async () => {
    await ring();
    const good = await readFile(keyFile(), "utf8");
    for (const text of ["", good.slice(0, -30), good.replace(/"key": ".{10}/, '"key": "')]) {
      await writeFile(keyFile(), text);
      await assert.rejects(ring(), withCode("storage_corrupt", "keys.json"));
    }
    const link = join(directory(), "link.json");
    await symlink(keyFile(), link);
    await assert.rejects(KeyRing.open({ keyFile: link, clock }), withCode("unsafe_path", "link"));
  });
});
