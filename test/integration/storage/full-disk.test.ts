import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, rm, stat, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { AuditLog } from "../../../server/audit/log.ts";
import { IssueRepository } from "../../../server/issues/repository.ts";
import { writeFileAtomic } from "../../../server/storage/atomic-file.ts";
import { backup } from "../../../server/storage/backup.ts";
import { DataDirectory } from "../../../server/storage/data-directory.ts";
import { DocumentStore } from "../../../server/storage/document-store.ts";
import { openDatabase } from "../../../server/storage/migrations.ts";
import { migrations } from "../../../server/storage/schema.ts";
import { systemClock } from "../../../shared/clock.ts";
import { withCode } from "../../support/error-code.ts";
import { needs } from "../../support/needs.ts";
import { fetchedIssue, origin } from "../../support/storage/issues.ts";
import { note, notes } from "../../support/storage/notes.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const run = promisify(execFile);

const canMount = process.getuid?.() === 0 && existsSync("/bin/mount");

describe("storage on a full disk", () => {
  const directory = temporaryDirectory();
  const disk = () => join(directory(), "disk");
  const filler = () => join(disk(), "filler");

  // Inside, so that the disk is unmounted before the directory is removed.
  describe("of 8 MB", () => {
    beforeEach(async function () {
      needs(this, canMount, "root and the right to mount a tmpfs");
      await mkdir(disk());
      await run("mount", ["-t", "tmpfs", "-o", "size=8m,mode=700", "tmpfs", disk()]);
    });
    afterEach(async () => {
      // Lazily, for a test that failed may have left files open.
      if (existsSync(disk())) await run("umount", ["-l", disk()]);
    });

    /** Leaves so many bytes free. */
    async function fillUp(leave = 0): Promise<void> {
      const { bavail, bsize } = await statfs(disk());
      await writeFile(filler(), Buffer.alloc(Math.max(0, bavail * bsize - leave)));
    }

    it("answers storage_full, keeps memory as the disk is, and goes on when there is space again", async () => {
      const documents = await DocumentStore.open(join(disk(), "documents"));
      const collection = await documents.collection(notes, "t1");
      await collection.insert(note("before"));
      const journal = join(disk(), "documents", "t1", "notes.journal");
      const { size } = await stat(journal);
      await fillUp(8_192);
      const big = "x".repeat(50_000);
      const attempts = await Promise.allSettled([
        collection.insert(note("big", big)),
        collection.update("before", undefined, (it) => ({ ...it, text: big })),
        collection.remove("before"),
      ]);
      for (const attempt of attempts) {
        assert.ok(attempt.status === "rejected");
        withCode("storage_full", "disk is full")(attempt.reason);
      }
      assert.deepEqual(collection.list(), [note("before")]);
      assert.equal((await stat(journal)).size, size, "what was written of the refused changes is taken back");
      await rm(filler());
      await collection.insert(note("after", big));
      await documents.close();
      const again = await DocumentStore.open(join(disk(), "documents"));
      assert.deepEqual((await again.collection(notes, "t1")).list(), [note("before"), note("after", big)]);
      await again.close();
    });

    it("loses nothing when the document can't be compacted, and closes", async () => {
      const said: string[] = [];
      const open = () => DocumentStore.open(join(disk(), "documents"), { notice: (message) => said.push(message) });
      const documents = await open();
      const collection = await documents.collection(notes, "t1");
      const text = "x".repeat(20_000);
      await Promise.all(Array.from({ length: 30 }, (_, index) => collection.insert(note(`n${index}`, text))));
      await fillUp();
      await documents.close();
      assert.match(said.join(), /compact notes.*disk is full|disk is full/);
      await rm(filler());
      const again = await open();
      const reopened = await again.collection(notes, "t1");
      assert.equal(reopened.size, 30);
      await reopened.insert(note("after"));
      await again.close();
      const third = await open();
      assert.equal((await third.collection(notes, "t1")).size, 31);
      await third.close();
    });

    it("stores a whole batch in the database or nothing of it", async () => {
      const clock = systemClock;
      const database = openDatabase(join(disk(), "aiops.sqlite"), { migrations, clock, backupDirectory: disk() });
      const issues = new IssueRepository(database, clock);
      issues.upsertBatch(origin, [fetchedIssue(1)]);
      await fillUp(100_000);
      const batch = Array.from({ length: 200 }, (_, index) => fetchedIssue(index + 2, { body: "word ".repeat(2_000) }));
      assert.throws(() => issues.upsertBatch(origin, batch), withCode("storage_full", "disk is full"));
      const all = { tenantIds: ["t1"], sort: "updated", order: "desc", limit: 5 } as const;
      assert.equal(issues.page(all).total, 1);
      await rm(filler());
      issues.upsertBatch(origin, batch.slice(0, 20));
      assert.equal(issues.page({ ...all, q: "word" }).total, 20);
      assert.equal(
        database.prepare<{ ok: string }>("SELECT integrity_check AS ok FROM pragma_integrity_check").get()?.ok,
        "ok",
      );
      database.close();
    });

    it("does nothing that can't be recorded in the audit", async () => {
      const clock = systemClock;
      const database = openDatabase(join(disk(), "aiops.sqlite"), { migrations, clock, backupDirectory: disk() });
      await mkdir(join(disk(), "audit"));
      const audit = await AuditLog.open({ directory: join(disk(), "audit"), database, clock });
      const subject = {
        actor: { kind: "user", id: "u1" },
        tenantId: null,
        action: "test",
        target: "x".repeat(5_000),
      } as const;
      await audit.append({ ...subject, outcome: "ok" });
      await fillUp();
      let done = 0;
      const attempt = () => audit.audited(subject, () => done++);
      // The last page of a file may still have room for a record or two.
      await assert.rejects(async () => {
        for (let count = 0; count < 50; count++) await attempt();
      }, withCode("storage_full"));
      const before = done;
      await assert.rejects(attempt(), withCode("storage_full"));
      assert.equal(done, before);
      await rm(filler());
      await attempt();
      assert.deepEqual((await audit.verify()).problems, []);
      await audit.close();
      database.close();
    });

    it("leaves the old file and no temporary one when a file can't be replaced", async () => {
      const path = join(disk(), "settings.json");
      await writeFileAtomic(path, "old");
      await fillUp();
      await assert.rejects(
        writeFileAtomic(path, "x".repeat(100_000), { keepPrevious: true }),
        withCode("storage_full", "settings.json"),
      );
      assert.deepEqual((await readdir(disk())).sort(), ["filler", "settings.json"]);
    });

    it("leaves nothing of a backup that did not fit", async () => {
      const dataDir = join(directory(), "data");
      const data = await DataDirectory.open(dataDir, systemClock);
      await writeFile(data.file("random"), Buffer.from(Array.from({ length: 400_000 }, () => Math.random() * 256)));
      data.close();
      await fillUp(50_000);
      await assert.rejects(backup({ dataDir, target: join(disk(), "backup") }), withCode("storage_full", "backup"));
      assert.deepEqual(await readdir(disk()), ["filler"]);
    });
  });
});
