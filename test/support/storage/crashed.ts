import assert from "node:assert/strict";
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { AuditLog } from "../../../server/audit/log.ts";
import { IssueRepository } from "../../../server/issues/repository.ts";
import { DataDirectory } from "../../../server/storage/data-directory.ts";
import { DocumentStore } from "../../../server/storage/document-store.ts";
import { openDatabase } from "../../../server/storage/migrations.ts";
import { migrations } from "../../../server/storage/schema.ts";
import { systemClock } from "../../../shared/clock.ts";
import { waitFor } from "../wait.ts";
import { notes } from "./notes.ts";

/** The highest number of each kind that the writer was told is durable. */
export interface Acknowledged {
  document: number;
  issue: number;
  audit: number;
  /** Lines so far. */
  count: number;
}

export interface Writer {
  process: ChildProcessByStdio<null, Readable, Readable>;
  acknowledged: Acknowledged;
  /** Waits until so many writes were acknowledged. */
  reached(count: number): Promise<void>;
  /** Ends it with SIGKILL and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts test/support/storage/writer.ts on a data directory. */
export function startWriter(dataDir: string): Writer {
  const script = fileURLToPath(new URL("./writer.ts", import.meta.url));
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, dataDir], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const closed = once(child, "close");
  const acknowledged: Acknowledged = { document: -1, issue: -1, audit: 0, count: 0 };
  createInterface({ input: child.stdout }).on("line", (line) => {
    const [what, number] = line.split(" ");
    assert.ok(what === "document" || what === "issue" || what === "audit", line);
    acknowledged[what] = Math.max(acknowledged[what], Number(number));
    acknowledged.count++;
  });
  // A writer whose disk is cut off ends with an error; that is only of interest when it ends by itself.
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
  return {
    process: child,
    acknowledged,
    reached: async (count) => {
      await waitFor(() => acknowledged.count >= count || child.exitCode !== null, {
        what: `${count} acknowledged writes`,
        timeoutMs: 30_000,
      });
      assert.equal(child.exitCode, null, `the writer ended by itself: ${complaint}`);
    },
    kill: async () => {
      child.kill("SIGKILL");
      await closed;
    },
  };
}

/** Opens a data directory whose writer was cut off: everything acknowledged is there, and nothing half. */
export async function assertNothingLost(dataDir: string, acknowledged: Acknowledged): Promise<void> {
  const directory = await DataDirectory.open(dataDir, systemClock);
  const database = openDatabase(directory.file("aiops.sqlite"), {
    migrations,
    clock: systemClock,
    backupDirectory: directory.file("backups"),
  });
  const documents = await DocumentStore.open(directory.file("documents"));
  const audit = await AuditLog.open({ directory: directory.directory("audit"), database, clock: systemClock });
  try {
    const collection = await documents.collection(notes, "t1");
    assert.ok(
      collection.size > acknowledged.document,
      `${collection.size} documents, ${acknowledged.document} acknowledged`,
    );
    const ids = new Set(collection.list().map(({ id }) => id));
    for (let number = 0; number < collection.size; number++) assert.ok(ids.has(`n${number}`), `n${number}`);

    const issues = new IssueRepository(database, systemClock);
    const query = { tenantIds: ["t1"], sort: "updated", order: "desc", limit: 1 } as const;
    const { total } = issues.page(query);
    assert.ok(total > acknowledged.issue, `${total} issues, ${acknowledged.issue} acknowledged`);
    assert.equal(total % 2, 0, "both issues of a batch or none");
    assert.equal(issues.page({ ...query, q: "text*" }).total, total, "the full text index has them all");
    const check = database.prepare<{ integrity_check: string }>("PRAGMA integrity_check").get();
    assert.equal(check?.integrity_check, "ok");

    const verified = await audit.verify();
    assert.deepEqual(verified.problems, []);
    assert.ok(
      verified.records >= acknowledged.audit,
      `${verified.records} records, ${acknowledged.audit} acknowledged`,
    );
  } finally {
    await audit.close();
    await documents.close();
    database.close();
    directory.close();
  }
}
