import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { AuditLog } from "../../../server/audit/log.ts";
import { IssueRepository } from "../../../server/issues/repository.ts";
import { backup, restore } from "../../../server/storage/backup.ts";
import { newIdentity, parseIdentities, type BackupKeys } from "../../../server/storage/backup-encryption.ts";
import { DataDirectory } from "../../../server/storage/data-directory.ts";
import { DocumentStore } from "../../../server/storage/document-store.ts";
import { openDatabase } from "../../../server/storage/migrations.ts";
import { migrations } from "../../../server/storage/schema.ts";
import { systemClock } from "../../../shared/clock.ts";
import { withCode } from "../../support/error-code.ts";
import { fetchedIssue, origin } from "../../support/storage/issues.ts";
import { note, notes } from "../../support/storage/notes.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const run = promisify(execFile);

/** All parts of the storage over one data directory. */
async function openStorage(dataDir: string) {
  const directory = await DataDirectory.open(dataDir, systemClock);
  const database = openDatabase(directory.file("aiops.sqlite"), {
    migrations,
    clock: systemClock,
    backupDirectory: directory.file("backups"),
  });
  const documents = await DocumentStore.open(directory.file("documents"));
  const audit = await AuditLog.open({
    directory: directory.directory("audit"),
    database,
    clock: systemClock,
    maxFileBytes: 4_000,
  });
  const issues = new IssueRepository(database, systemClock);
  const close = async () => {
    await audit.close();
    await documents.close();
    database.close();
    directory.close();
  };
  return { directory, database, documents, audit, issues, close };
}

const change = { actor: { kind: "user", id: "u1" }, tenantId: "t1", action: "notes.create", target: "n" } as const;

describe("backup and restore", () => {
  const directory = temporaryDirectory();
  const dataDir = () => join(directory(), "data");
  const target = () => join(directory(), "backup.tar.gz");
  const restored = () => join(directory(), "restored");

  async function fill(count: number): Promise<void> {
    const storage = await openStorage(dataDir());
    const collection = await storage.documents.collection(notes, "t1");
    for (let index = 0; index < count; index++) {
      await storage.audit.audited(change, () => collection.insert(note(`n${index}`)));
      storage.issues.upsertBatch(origin, [fetchedIssue(index, { body: `needle${index}` })]);
    }
    await mkdir(storage.directory.file("instance", "codex"), { recursive: true, mode: 0o700 });
    await writeFile(storage.directory.file("instance", "codex", "user-1"), "sealed");
    await storage.close();
  }

  it("brings everything back in an empty directory", async () => {
    await fill(20);
    const made = await backup({ dataDir: dataDir(), target: target() });
    assert.equal((await stat(target())).mode & 0o777, 0o600);
    assert.match(made.keyNotice, /key.*not in the backup/);
    const listed = (await run("tar", ["tzf", target()])).stdout.trim().split("\n");
    assert.equal(listed.length, made.files + 1);
    assert.ok(listed.includes("documents/t1/notes.json") && listed.includes("aiops.sqlite"), listed.join());
    assert.ok(!listed.some((name) => /lock|server\.json|keys/.test(name)), listed.join());

    await mkdir(restored());
    const result = await restore({ source: target(), dataDir: restored() });
    assert.equal(result.files, made.files);
    assert.equal((await stat(restored())).mode & 0o777, 0o700);
    const storage = await openStorage(restored());
    assert.equal((await storage.documents.collection(notes, "t1")).size, 20);
    const query = { tenantIds: ["t1"], sort: "updated", order: "desc", limit: 5 } as const;
    assert.equal(storage.issues.page({ ...query, q: "needle7" }).items[0]?.key, "#7");
    assert.deepEqual(await storage.audit.verify(), { ok: true, records: 40, problems: [] });
    assert.equal(await readFile(storage.directory.file("instance", "codex", "user-1"), "utf8"), "sealed");
    await storage.close();
    assert.deepEqual((await readdir(directory())).sort(), ["backup.tar.gz", "data", "restored"]);
  });

  it("is whole while a server writes: all that was acknowledged before, nothing half", async () => {
    await fill(3);
    const storage = await openStorage(dataDir());
    const collection = await storage.documents.collection(notes, "t1");
    const stop = new AbortController();
    let written = 0;
    const writing = (async () => {
      for (; !stop.signal.aborted; written++) {
        const id = `w${written}`;
        await storage.audit.audited(change, async () => {
          await collection.insert(note(id, "x".repeat(50_000)));
          storage.issues.upsertBatch(origin, [fetchedIssue(1_000 + written), fetchedIssue(100_000 + written)]);
        });
      }
    })();
    const acknowledged: number[] = [];
    for (const name of ["one", "two", "three"]) {
      const before = written;
      await backup({ dataDir: dataDir(), target: join(directory(), name) });
      acknowledged.push(before);
    }
    stop.abort();
    await writing;
    await storage.close();
    for (const [index, name] of ["one", "two", "three"].entries()) {
      const place = join(directory(), `restored-${name}`);
      await restore({ source: join(directory(), name), dataDir: place });
      const copy = await openStorage(place);
      const found = (await copy.documents.collection(notes, "t1")).list();
      const least = acknowledged[index] ?? 0;
      assert.ok(found.length >= 3 + least, `${found.length} records, ${least} were acknowledged`);
      assert.deepEqual(
        found.slice(3).map(({ id }) => id),
        Array.from({ length: found.length - 3 }, (_, n) => `w${n}`),
      );
      const total = copy.issues.page({ tenantIds: ["t1"], sort: "updated", order: "desc", limit: 1 }).total;
      assert.equal((total - 3) % 2, 0, "both issues of a batch or none");
      assert.ok(total >= 3 + 2 * least);
      assert.deepEqual((await copy.audit.verify()).problems, []);
      await copy.close();
    }
  });

  describe("encrypted", () => {
    let identity: string;
    let recipient: string;
    beforeEach(async () => {
      ({ identity, recipient } = await newIdentity());
      await fill(3);
      await backup({ dataDir: dataDir(), target: target(), encryptTo: { recipients: [recipient] } });
    });
    const open = (keys?: BackupKeys) => restore({ source: target(), dataDir: restored(), keys });

    it("is restored with the identity, and shows nothing without it", async () => {
      const bytes = await readFile(target());
      assert.ok(bytes.toString("latin1").startsWith("age-encryption.org/v1\n-> X25519 "));
      assert.ok(!bytes.includes("layout.json") && !bytes.includes(Buffer.from([0x1f, 0x8b, 0x08])));
      await open({ identities: [(await newIdentity()).identity, identity] });
      const storage = await openStorage(restored());
      assert.equal((await storage.documents.collection(notes, "t1")).size, 3);
      await storage.close();
    });

    it("is restored with the passphrase it was made with, and by nothing else", async () => {
      await rm(target());
      const passphrase = "correct horse battery";
      await backup({ dataDir: dataDir(), target: target(), encryptTo: { passphrase } });
      await assert.rejects(open({ passphrase: "another passphrase" }), withCode("invalid_input", "passphrase"));
      await assert.rejects(open({ identities: [identity] }), withCode("invalid_input", "Nothing was restored"));
      await open({ passphrase });
      const again = { dataDir: dataDir(), target: join(directory(), "again"), encryptTo: { passphrase: "short" } };
      await assert.rejects(backup(again), withCode("invalid_input", "12 characters"));
    });

    it("opens for each of several recipients", async () => {
      const other = await newIdentity();
      await rm(target());
      const recipients = [recipient, other.recipient];
      await backup({ dataDir: dataDir(), target: target(), encryptTo: { recipients } });
      await open({ identities: [other.identity] });
    });

    it("says what is missing without the identity, with another one, and with one that is none", async () => {
      await assert.rejects(open(), withCode("invalid_input", "encrypted", "--identity"));
      const other = await newIdentity();
      await assert.rejects(open({ identities: [other.identity] }), withCode("invalid_input", "another key"));
      await assert.rejects(open({ identities: ["AGE-SECRET-KEY-1NONE"] }), (error) => {
        withCode("invalid_input", "identity file")(error);
        assert.ok(!String(error).includes("1NONE"), "what was given is not repeated");
        return true;
      });
      assert.throws(() => parseIdentities("no key"), withCode("invalid_input", "AGE-SECRET-KEY-"));
      const again = { dataDir: dataDir(), target: join(directory(), "again"), encryptTo: { recipients: ["age1none"] } };
      await assert.rejects(backup(again), withCode("invalid_input", "age1none", "new-identity"));
      assert.deepEqual((await readdir(directory())).sort(), ["backup.tar.gz", "data"]);
    });

    it("restores nothing of a file that was altered or cut off", async () => {
      const bytes = await readFile(target());
      const keys = { identities: [identity] };
      for (const at of [30, 100, 180, 400, bytes.length - 100, bytes.length - 1]) {
        const altered = Buffer.from(bytes);
        altered[at] = (altered[at] ?? 0) ^ 1;
        await writeFile(target(), altered);
        await assert.rejects(open(keys), withCode("invalid_input", "Nothing was restored"));
      }
      for (const length of [10, 26, 100, 290, bytes.length - 20]) {
        await writeFile(target(), bytes.subarray(0, length));
        await assert.rejects(open(keys), withCode("invalid_input", "Nothing was restored"));
      }
      assert.deepEqual((await readdir(directory())).sort(), ["backup.tar.gz", "data"]);
    });
  });

  it("refuses a directory that is not empty, and leaves it as it is", async () => {
    await fill(1);
    await backup({ dataDir: dataDir(), target: target() });
    await assert.rejects(restore({ source: target(), dataDir: dataDir() }), withCode("conflict", "not empty"));
    const storage = await openStorage(dataDir());
    assert.equal((await storage.documents.collection(notes, "t1")).size, 1);
    await storage.close();
  });

  it("never overwrites a file, nor what a link points to", async () => {
    await fill(1);
    await writeFile(target(), "precious");
    await assert.rejects(backup({ dataDir: dataDir(), target: target() }), withCode("name_taken", "exists"));
    const link = join(directory(), "link");
    await symlink(target(), link);
    await assert.rejects(backup({ dataDir: dataDir(), target: link }), withCode("name_taken"));
    assert.equal(await readFile(target(), "utf8"), "precious");
  });

  it("says what is missing", async () => {
    await assert.rejects(backup({ dataDir: dataDir(), target: target() }), withCode("not_found", "no aiops data"));
    await assert.rejects(restore({ source: target(), dataDir: dataDir() }), withCode("not_found", "backup.tar.gz"));
    assert.deepEqual(await readdir(directory()), []);
  });

  it("does not back up damaged documents, but names them", async () => {
    await fill(1);
    await truncate(join(dataDir(), "documents/t1/notes.json"), 40);
    await assert.rejects(backup({ dataDir: dataDir(), target: target() }), withCode("storage_corrupt", "notes.json"));
    assert.deepEqual(await readdir(directory()), ["data"]);
  });

  describe("from a damaged backup", () => {
    beforeEach(async () => {
      await fill(5);
      await backup({ dataDir: dataDir(), target: target() });
    });

    async function refused(): Promise<void> {
      await assert.rejects(
        restore({ source: target(), dataDir: restored() }),
        withCode("invalid_input", "damaged", "Nothing was restored"),
      );
      assert.deepEqual((await readdir(directory())).sort(), ["backup.tar.gz", "data"]);
    }

    it("restores nothing when it is cut off", async () => {
      await truncate(target(), (await stat(target())).size - 200);
      await refused();
    });

    it("restores nothing when it is no backup", async () => {
      await writeFile(target(), "hello");
      await refused();
    });

    it("restores nothing when a file in it was changed", async () => {
      const work = join(directory(), "work");
      await mkdir(work);
      await run("tar", ["xzf", target(), "-C", work]);
      await writeFile(join(work, "layout.json"), `${await readFile(join(work, "layout.json"), "utf8")} `);
      const names = (await run("tar", ["tzf", target()])).stdout.trim().split("\n");
      await run("tar", ["czf", target(), "--format=ustar", "-C", work, ...names]);
      await run("rm", ["-r", work]);
      await refused();
    });

    it("writes nothing outside the directory", async () => {
      const work = join(directory(), "work");
      await mkdir(join(work, "inner"), { recursive: true });
      await writeFile(join(work, "evil"), "x");
      await run("tar", ["czPf", target(), "--format=ustar", "-C", join(work, "inner"), "../evil"]);
      await run("rm", ["-r", work]);
      await refused();
    });
  });
});
