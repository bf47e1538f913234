import { setImmediate as yieldToOthers } from "node:timers/promises";
import type { AuditRecord } from "../../shared/entities/audit.ts";
import type { AuditLine } from "./jsonl-file.ts";
import { breakOfChain, chainStart, type ChainHead } from "./record.ts";
import type { AuditTable } from "./table.ts";

export interface AuditVerification {
  ok: boolean;
  /** Records in the files. */
  records: number;
  /** What is wrong and where, in sentences; at most 100. */
  problems: string[];
}

const mostProblems = 100;

interface ChainCheck {
  end: ChainHead;
  records: number;
  problems: string[];
}

/**
 * Checks the whole audit: each record's hash, that each follows the one before, in the files and in the database, and
 * that neither ends before `head`, the last record the writer knows to be in both.
 * Finds an edit, a deletion, a reordering and a cut tail. (Who can rewrite both files and database consistently can only
 * be found out by a copy kept elsewhere.)
 */
export async function verifyAudit(
  lines: () => AsyncIterable<AuditLine>,
  table: AuditTable,
  head: ChainHead,
): Promise<AuditVerification> {
  const files = await checkChain(lines(), "");
  const rows = await checkChain(databaseLines(table), "the database: ");
  const kept = table.head();
  const problems = [...files.problems, ...rows.problems];
  const ends: [string, ChainHead][] = [
    ["the files end", files.end],
    ["the database ends", rows.end],
    ["the database's own note of the head stands", kept],
  ];
  for (const [where, end] of ends) {
    if (end.seq < head.seq)
      problems.push(`the tail was cut: ${where} at record ${end.seq}, but there were ${head.seq}`);
  }
  if (files.problems.length === 0 && rows.problems.length === 0) {
    const differing = await firstDifference(lines(), table);
    if (differing !== undefined) problems.push(`record ${differing} is not the same in the files and in the database`);
  }
  if (kept.seq === rows.end.seq && kept.hash !== rows.end.hash && rows.problems.length === 0) {
    problems.push(`the database's own note of the head does not match record ${kept.seq}`);
  }
  return { ok: problems.length === 0, records: files.records, problems: problems.slice(0, mostProblems) };
}

async function checkChain(lines: AsyncIterable<AuditLine>, prefix: string): Promise<ChainCheck> {
  const problems: string[] = [];
  let end = chainStart;
  let records = 0;
  for await (const { place, record } of lines) {
    if (record === undefined) {
      problems.push(`${prefix}${place} is not an audit record`);
      continue;
    }
    records++;
    const broken = breakOfChain(end, record);
    if (broken !== undefined) problems.push(`${prefix}${place}: ${broken}`);
    // After a break the record is taken as it claims to be, so that one break is told once.
    if (record.seq > end.seq) end = { seq: record.seq, hash: record.hash };
    if (problems.length >= mostProblems) break;
  }
  return { end, records, problems };
}

async function* databaseLines(table: AuditTable): AsyncGenerator<AuditLine> {
  for (const record of table.records()) {
    // Rows are read synchronously; others get their turn.
    if (record.seq % 500 === 0) await yieldToOthers();
    yield { place: `row ${record.seq}`, record };
  }
}

/** The number of the first record that is in both and not the same. */
async function firstDifference(lines: AsyncIterable<AuditLine>, table: AuditTable): Promise<number | undefined> {
  const rows = table.records();
  let row: IteratorResult<AuditRecord> = rows.next();
  for await (const { record } of lines) {
    if (record === undefined || row.done === true) return undefined;
    if (record.hash !== row.value.hash) return record.seq;
    row = rows.next();
  }
  return undefined;
}
