import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, mkdir, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseRemoteBackup } from "../../../server/storage/fetch-backup.ts";
import { withCode } from "../../support/error-code.ts";
import { needs } from "../../support/needs.ts";
import { hasSshd, startSshd, type TestSshd } from "../../support/sshd.ts";
import { makeHome, type Home } from "./aiops.ts";

const run = promisify(execFile);

const seed = {
  tenants: [{ slug: "acme", name: "Acme" }],
  connections: [
    { tenant: "acme", name: "GitHub", provider: "github", baseUrl: "http://127.0.0.1:9", tokenEnv: "SOME_TOKEN" },
  ],
};

describe("aiops backup and restore, between two machines", function () {
  this.timeout(30_000);
  let here: Home;
  let there: Home;
  let folder: string;
  beforeEach(async () => {
    [here, there] = [await makeHome(), await makeHome()];
    for (const home of [here, there]) home.env["AIOPS_KEY_FILE"] = join(home.dir, "keys.json");
    folder = join(here.dir, "it's backups");
    await mkdir(folder);
    await writeFile(join(here.dir, "seed.json"), JSON.stringify(seed));
    await done(here, ["seed", "--file", "seed.json"], { SOME_TOKEN: "ghp_secret" });
  });
  afterEach(async () => {
    for (const home of [here, there]) await home[Symbol.asyncDispose]();
  });

  async function done(home: Home, args: string[], env: Record<string, string> = {}): Promise<string> {
    const { code, out, err } = await home.run(args, { env });
    assert.equal(code, 0, `${args.join(" ")}: ${out}${err}`);
    return out;
  }

  /** The other machine has everything, and opens its secrets with the key it was given. */
  async function isWhole(): Promise<void> {
    await copyFile(join(here.dir, "keys.json"), join(there.dir, "keys.json"));
    await copyFile(join(here.dir, "seed.json"), join(there.dir, "seed.json"));
    assert.match(await done(there, ["seed", "--file", "seed.json"], { SOME_TOKEN: "ghp_secret" }), /^2 unchanged$/m);
    assert.match(await done(there, ["audit", "verify"]), /records, unbroken/);
  }

  it("encrypts to a recipient, and brings everything back with the identity and the key", async () => {
    const recipient = (await done(here, ["keys", "new-identity", "--to", "identity.txt"])).trim();
    const identity = join(here.dir, "identity.txt");
    assert.equal((await stat(identity)).mode & 0o777, 0o600);
    assert.match((await here.run(["keys", "new-identity", "--to", "identity.txt"])).err, /exists already/);
    const file = join(folder, "one.tar.gz.age");
    await done(here, ["backup", "--to", file, "--encrypt-to", recipient]);
    assert.ok(!(await readFile(file)).includes("layout.json"));
    assert.match((await there.run(["restore", "--from", file])).err, /is encrypted/);
    await done(there, ["restore", "--from", file, "--identity", identity]);
    await isWhole();
  });

  it("encrypts with a passphrase, which is in no argument", async () => {
    const file = join(folder, "one.tar.gz.age");
    const env = { AIOPS_BACKUP_PASSPHRASE: "correct horse battery" };
    await done(here, ["backup", "--to", file, "--passphrase"], env);
    assert.match((await here.run(["backup", "--to", `${file}2`, "--passphrase"])).err, /no terminal to ask on/);
    await done(there, ["restore", "--from", file, "--passphrase"], env);
    await isWhole();
  });

  describe("over ssh", () => {
    let sshd: TestSshd;
    let options: string[];
    beforeEach(async function () {
      needs(this, hasSshd, "openssh-server");
      sshd = await startSshd();
      const key = join(there.dir, "id");
      await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
      await sshd.allow(await readFile(`${key}.pub`, "utf8"));
      const known = join(there.dir, "known_hosts");
      await writeFile(known, (await run("ssh-keyscan", ["-p", String(sshd.port), "127.0.0.1"])).stdout);
      options = [`IdentityFile=${key}`, `UserKnownHostsFile=${known}`, "IdentitiesOnly=yes"].flatMap((option) => [
        "--ssh-option",
        option,
      ]);
    });
    afterEach(async () => sshd?.[Symbol.asyncDispose]());

    it("fetches the newest backup of a directory, and leaves no copy of it", async () => {
      await writeFile(join(folder, "first.tar.gz"), "an old one that is damaged");
      await utimes(join(folder, "first.tar.gz"), new Date(0), new Date(0));
      await done(here, ["backup", "--to", join(folder, "new.tar.gz")]);
      await writeFile(join(folder, "later.txt"), "no backup");
      const { code, err } = await there.run(["restore", "--from", sshd.url(folder), ...options]);
      assert.equal(code, 0, err);
      assert.match(err, /fetched .*it's backups\/new\.tar\.gz from 127\.0\.0\.1/);
      assert.ok(!(await readdir(there.dir)).some((name) => name.includes("fetched")));
      await isWhole();
    });

    it("says that nothing is there, that a backup is damaged, and why it does not get in", async () => {
      await mkdir(join(here.dir, "empty"));
      for (const path of [join(here.dir, "empty"), join(here.dir, "none.tar.gz")]) {
        const { code, err } = await there.run(["restore", "--from", sshd.url(path), ...options]);
        assert.equal(code, 3, err);
        assert.match(err, /There is no backup/);
      }
      await writeFile(join(folder, "cut.tar.gz"), "x");
      assert.match((await there.run(["restore", "--from", sshd.url(folder), ...options])).err, /The backup is damaged/);
      await sshd.changeHostKey();
      const { code, err } = await there.run(["restore", "--from", sshd.url(folder), ...options]);
      assert.equal(code, 4, err);
      assert.match(err, /could not be fetched from 127\.0\.0\.1/);
      assert.deepEqual((await readdir(there.dir)).sort(), ["id", "id.pub", "known_hosts"]);
    });
  });

  for (const address of [
    "ssh://-oProxyCommand=x/dir",
    "ssh://user@-host/dir",
    "ssh://-l@host/dir",
    "ssh://user:password@host/dir",
    "ssh://host",
    "ssh://host/a%0Ab",
    "ssh://ho%20st/dir",
    "ssh:///dir",
  ]) {
    it(`refuses ${address}`, () => {
      assert.throws(() => parseRemoteBackup(address), withCode("invalid_input", "is no address of a backup"));
    });
  }
});
