import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { withCode } from "../../support/error-code.ts";
import { startTestServer, type TestServer } from "../../support/server.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const run = promisify(execFile);

describe("SSH keys", function () {
  this.timeout(30_000);
  const directory = temporaryDirectory();
  let server: TestServer;
  let tenantId: string;
  before(async () => {
    server = await startTestServer();
    tenantId = (await server.client.tenants.create({ slug: "acme", name: "Acme" })).id;
  });
  after(() => server.close());

  /** A key made by `ssh-keygen`, as a person has it. */
  async function keyFile(name: string, ...options: string[]): Promise<{ file: string; text: string }> {
    const file = join(directory(), name);
    await run("ssh-keygen", ["-q", "-f", file, "-C", "ada@laptop", ...options]);
    return { file, text: await readFile(file, "utf8") };
  }
  const told = async (file: string, hash: string) =>
    (await run("ssh-keygen", ["-l", "-E", hash, "-f", `${file}.pub`])).stdout.split(" ")[1];
  const importKey = (name: string, privateKey: string) => server.client.sshKeys.create({ tenantId, name, privateKey });

  for (const [name, options] of Object.entries({
    "Ed25519 of OpenSSH": ["-t", "ed25519", "-N", ""],
    "RSA as PEM": ["-t", "rsa", "-b", "2048", "-m", "PEM", "-N", ""],
    "RSA as PKCS#8": ["-t", "rsa", "-b", "2048", "-m", "PKCS8", "-N", ""],
    "ECDSA of OpenSSH": ["-t", "ecdsa", "-N", ""],
  })) {
    it(`imports ${name}, with the fingerprints that ssh-keygen tells, and never answers it`, async () => {
      const { file, text } = await keyFile("key", ...options);
      const made = await importKey(name, text.replaceAll("\n", "\r\n"));
      assert.equal(made.fingerprintSha256, await told(file, "sha256"));
      assert.equal(made.fingerprintMd5, await told(file, "md5"));
      const [type = "", blob] = (await readFile(`${file}.pub`, "utf8")).split(" ");
      assert.equal(made.type, type);
      assert.equal(made.publicKey.split(" ")[1], blob);
      // The last lines hold private numbers; the first ones of some formats are those of the public half.
      const secret = text.split("\n").at(-4) ?? "";
      assert.ok(secret.length > 10);
      const answers = [made, await server.client.sshKeys.get({ id: made.id }), await server.client.sshKeys.list({})];
      assert.ok(!JSON.stringify(answers).includes(secret));
    });
  }

  it("makes a key, whose public half goes to the repository's host", async () => {
    const made = await server.client.sshKeys.create({ tenantId, name: "Made here", generate: "ed25519" });
    assert.match(made.publicKey, /^ssh-ed25519 AAAA\S+ aiops Made here$/);
    assert.match(made.fingerprintMd5, /^MD5:([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
    assert.equal(made.bits, 256);
  });

  it("refuses a key with a passphrase, saying what to do", async () => {
    for (const format of ["RFC4716", "PEM"]) {
      const { text } = await keyFile(`locked-${format}`, "-t", "rsa", "-b", "2048", "-m", format, "-N", "open sesame");
      await assert.rejects(importKey("Locked", text), withCode("invalid_input", "passphrase", "ssh-keygen -p"));
    }
  });

  it("refuses what is no private key, or a weak one", async () => {
    const { file } = await keyFile("public", "-t", "ed25519", "-N", "");
    const weak = await keyFile("weak", "-t", "rsa", "-b", "1024", "-N", "");
    for (const [text, word] of [
      ["hello", "private key"],
      [await readFile(`${file}.pub`, "utf8"), "public half"],
      ["-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n", "private key"],
      [weak.text, "weak"],
    ] as const) {
      await assert.rejects(importKey("Bad", text), withCode("invalid_input", word));
    }
    await assert.rejects(server.client.sshKeys.create({ tenantId, name: "Neither" }), withCode("invalid_input"));
    assert.ok(!(await server.client.sshKeys.list({})).items.some(({ name }) => name === "Bad" || name === "Neither"));
  });

  it("stores the key encrypted, and leaves no file of it behind", async () => {
    const { text } = await keyFile("kept", "-t", "ed25519", "-N", "");
    await importKey("Kept", text);
    const needle = text.split("\n").at(-4) ?? "";
    let looked = 0;
    for (const entry of await readdir(server.dir, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      looked += 1;
      const file = join(entry.parentPath, entry.name);
      assert.ok(!(await readFile(file)).includes(Buffer.from(needle)), file);
    }
    assert.ok(looked > 5);
    assert.deepEqual(await readdir(join(server.dir, "run", "ssh-keys")), []);
  });

  it("takes another key under the same entry, and writes nothing where it is the same", async () => {
    const [first, second] = [
      await keyFile("first", "-t", "ed25519", "-N", ""),
      await keyFile("second", "-t", "ed25519", "-N", ""),
    ];
    const made = await importKey("Changing", first.text);
    const same = await server.client.sshKeys.update({ id: made.id, privateKey: first.text });
    assert.equal(same.version, made.version);
    const changed = await server.client.sshKeys.update({ id: made.id, privateKey: second.text });
    assert.equal(changed.fingerprintSha256, await told(second.file, "sha256"));
    assert.equal(changed.version, made.version + 1);
  });

  it("is not deleted while a project uses it, and no project takes another tenant's", async () => {
    const { client } = server;
    const key = await client.sshKeys.create({ tenantId, name: "In use", generate: "ed25519" });
    const other = await client.tenants.create({ slug: "other", name: "Other" });
    const wanted = { slug: "site", name: "Site", sshKeyId: key.id };
    await assert.rejects(client.projects.create({ ...wanted, tenantId: other.id }), withCode("not_found", "SSH key"));
    const foreign = await client.projects.create({ slug: "site", name: "Site", tenantId: other.id });
    await assert.rejects(client.projects.update({ id: foreign.id, sshKeyId: key.id }), withCode("not_found"));
    const project = await client.projects.create({ ...wanted, tenantId });
    await assert.rejects(client.sshKeys.remove({ id: key.id }), withCode("conflict", "Site"));
    await assert.rejects(client.tenants.remove({ id: tenantId }), withCode("conflict", "SSH key"));
    await client.projects.update({ id: project.id, sshKeyId: null });
    await client.sshKeys.remove({ id: key.id });
    await assert.rejects(client.projects.update({ id: project.id, sshKeyId: key.id }), withCode("not_found"));
  });
});
