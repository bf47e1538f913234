/**
 * Writes to all kinds of storage until it is killed, and prints a line when a write was acknowledged:
 * `document <n>`, `issue <n>`, `audit <seq>`. Lines are written synchronously, as standard output is a pipe.
 * Run: node writer.ts DATA_DIRECTORY
 */
import { AuditLog } from "../../../server/audit/log.ts";
import { IssueRepository } from "../../../server/issues/repository.ts";
import { DataDirectory } from "../../../server/storage/data-directory.ts";
import { DocumentStore } from "../../../server/storage/document-store.ts";
import { openDatabase } from "../../../server/storage/migrations.ts";
import { migrations } from "../../../server/storage/schema.ts";
import { systemClock } from "../../../shared/clock.ts";
import { comment, fetchedIssue, origin } from "./issues.ts";
import { note, notes } from "./notes.ts";

/** Long enough that a few dozen writes make the journal outgrow its document. */
const text = "x".repeat(20_000);

const directory = await DataDirectory.open(process.argv[2] ?? "", systemClock);
await directory.announce("http://127.0.0.1:4280");
const database = openDatabase(directory.file("aiops.sqlite"), {
  migrations,
  clock: systemClock,
  backupDirectory: directory.file("backups"),
});
const documents = await DocumentStore.open(directory.file("documents"));
const collection = await documents.collection(notes, "t1");
const audit = await AuditLog.open({
  directory: directory.directory("audit"),
  database,
  clock: systemClock,
  maxFileBytes: 20_000,
});
const issues = new IssueRepository(database, systemClock);

function acknowledge(what: string, number: number): void {
  process.stdout.write(`${what} ${number}\n`);
}

async function writeDocuments(): Promise<never> {
  for (let number = collection.size; ; number += 3) {
    const three = [number, number + 1, number + 2];
    await Promise.all(
      three.map(async (each) => {
        await collection.insert(note(`n${each}`, text));
        acknowledge("document", each);
      }),
    );
    if (number % 30 === 0) await collection.update(`n${number}`, undefined, (it) => ({ ...it, text: "short" }));
  }
}

async function writeAudit(): Promise<never> {
  const actor = { kind: "system", id: "writer" } as const;
  for (;;) {
    const record = await audit.append({ actor, tenantId: null, action: "test", target: "", outcome: "ok" });
    acknowledge("audit", record.seq);
    const number = issues.page({ tenantIds: ["t1"], sort: "updated", order: "desc", limit: 1 }).total;
    const pair = [number, number + 1].map((each) => fetchedIssue(each, { comments: [comment("c", `text${each}`)] }));
    issues.upsertBatch(origin, pair);
    acknowledge("issue", number + 1);
  }
}

await Promise.all([writeDocuments(), writeAudit()]);
