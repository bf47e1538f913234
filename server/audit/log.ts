import { isoTime, type Clock } from "../../shared/clock.ts";
import type { AuditRecord } from "../../shared/entities/audit.ts";
import type { Page } from "../../shared/entities/common.ts";
import { AppError } from "../../shared/errors.ts";
import type { Database } from "../storage/database.ts";
import { AuditFile, readAllLines, type AuditLine } from "./jsonl-file.ts";
import { breakOfChain, chainRecord, type AuditEntry, type AuditSubject, type ChainHead } from "./record.ts";
import { failureText, scrub } from "./scrub.ts";
import { AuditTable, type AuditQuery } from "./table.ts";
import { verifyAudit, type AuditVerification } from "./verify.ts";

export interface AuditLogOptions {
  /** Holds the files; must exist. */
  directory: string;
  database: Database;
  clock: Clock;
  /** Size, in bytes, at which a new file is begun; 64 MiB unless told. */
  maxFileBytes?: number;
  /** Told what an operator should know, in a sentence. */
  notice?: (message: string) => void;
}

interface Waiting {
  entry: AuditEntry;
  resolve: (record: AuditRecord) => void;
  reject: (error: unknown) => void;
}

/** Outcomes of someone who was not let, rather than of something that went wrong. */
const denials: ReadonlySet<string> = new Set([
  "unauthenticated",
  "forbidden",
  "host_not_allowed",
  "origin_not_allowed",
]);

/**
 * The record of every write: in files of JSON lines and in SQLite, each record bound to the one before by its hash. A
 * record is durable in both before `append` resolves; writers that come at the same time share the syncs.
 */
export class AuditLog {
  readonly #clock: Clock;
  readonly #file: AuditFile;
  readonly #table: AuditTable;
  #head: ChainHead;
  #queue: Waiting[] = [];
  #draining: Promise<void> | undefined;

  /** Use `AuditLog.open`. */
  private constructor(options: AuditLogOptions, file: AuditFile, table: AuditTable, head: ChainHead) {
    this.#clock = options.clock;
    this.#file = file;
    this.#table = table;
    this.#head = head;
  }

  /** Opens the audit. Records that a crash kept from the database are put there from the files. */
  static async open(options: AuditLogOptions): Promise<AuditLog> {
    const table = new AuditTable(options.database);
    const file = await AuditFile.open(options.directory, options.maxFileBytes ?? 64 * 1024 * 1024);
    try {
      const head = await reconcile(options, file, table);
      return new AuditLog(options, file, table, head);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Writes one record. @throws AppError storage_full | storage_failed, and then nothing is written */
  async append(entry: AuditEntry): Promise<AuditRecord> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ entry, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  /**
   * Does a write under the audit: an intent is durable before `work` starts, its outcome before this answers. Where no
   * intent can be recorded nothing is done.
   * @param targetOf names what the work made, for the outcome, where the subject could not
   * @throws what `work` throws; AppError storage_full | storage_failed when the audit can't be written
   */
  async audited<T>(
    subject: AuditSubject,
    work: () => T | Promise<T>,
    targetOf: (result: T) => string = () => subject.target,
  ): Promise<T> {
    await this.append({ ...subject, outcome: "intent" });
    const conclude = this.#timer(subject);
    let result: T;
    try {
      result = await work();
    } catch (error) {
      await conclude.failed(error);
      throw error;
    }
    await conclude.succeeded(targetOf(result));
    return result;
  }

  /**
   * Does work that may well change nothing, as a scheduled sync, under the audit. Work that changed nothing leaves no
   * record unless it failed; being stopped is no failure.
   * @param work awaits `changing` before its first change: the intent is durable then
   * @throws what `work` throws; AppError storage_full | storage_failed when the audit can't be written
   */
  async auditedChange<T>(subject: AuditSubject, work: (changing: () => Promise<void>) => Promise<T>): Promise<T> {
    let intent: Promise<unknown> | undefined;
    const conclude = this.#timer(subject);
    const changing = async () => {
      intent ??= this.append({ ...subject, outcome: "intent" });
      await intent;
    };
    let result: T;
    try {
      result = await work(changing);
    } catch (error) {
      const stopped = error instanceof AppError && (error.code === "cancelled" || error.code === "server_restarted");
      if (intent !== undefined || !stopped) await conclude.failed(error);
      throw error;
    }
    if (intent !== undefined) await conclude.succeeded(subject.target);
    return result;
  }

  /** Newest first. */
  query(query: AuditQuery): Page<AuditRecord> {
    return this.#table.query(query);
  }

  /** Checks files and database from the first record to the last. Reads everything. */
  async verify(): Promise<AuditVerification> {
    return this.#file.read((lines) => verifyAudit(lines, this.#table, this.#head));
  }

  /** Finishes what is being written. */
  async close(): Promise<void> {
    await this.#draining;
    await this.#file.close();
  }

  /** Records the outcome of what begins now. */
  #timer(subject: AuditSubject) {
    const started = this.#clock.now();
    const elapsed = () => Math.max(0, Math.round(this.#clock.now() - started));
    return {
      succeeded: (target: string) => this.#outcome({ ...subject, target, outcome: "ok", durationMs: elapsed() }),
      failed: (error: unknown) => {
        const denied = error instanceof AppError && denials.has(error.code);
        const outcome = denied ? "denied" : "failed";
        return this.#outcome({ ...subject, outcome, durationMs: elapsed(), error: failureText(error) }, error);
      },
    };
  }

  async #outcome(entry: AuditEntry, thrown?: unknown): Promise<void> {
    try {
      await this.append(entry);
    } catch (error) {
      const done = entry.outcome === "ok" ? "was done" : "was tried and failed";
      const code = error instanceof AppError ? error.code : "storage_failed";
      throw new AppError(code, `${entry.action} ${done}, but its outcome could not be recorded in the audit.`, {
        cause: thrown === undefined ? error : new AggregateError([thrown, error]),
      });
    }
  }

  async #drain(): Promise<void> {
    // Entries of the same turn join the first round.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      await this.#commit(batch);
    }
    this.#draining = undefined;
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const at = isoTime(this.#clock);
    let head = this.#head;
    const records = batch.map(({ entry }) => {
      const error = entry.error === undefined || entry.error === null ? null : scrub(entry.error);
      const record = chainRecord(head, at, { ...entry, error });
      head = { seq: record.seq, hash: record.hash };
      return record;
    });
    try {
      await this.#store(records);
    } catch (error) {
      for (const { reject } of batch) reject(error);
      return;
    }
    this.#head = head;
    batch.forEach(({ resolve }, index) => {
      const record = records[index];
      if (record !== undefined) resolve(record);
    });
  }

  /** The file first: what a crash leaves in it alone is put into the database at the next start. */
  async #store(records: readonly AuditRecord[]): Promise<void> {
    await this.#file.append(records);
    try {
      this.#table.append(records);
      this.#file.settle();
    } catch (error) {
      await this.#file.takeBack();
      throw error;
    }
  }
}

/** Puts into the database what only the files have. Answers the head both then have. */
async function reconcile(options: AuditLogOptions, file: AuditFile, table: AuditTable): Promise<ChainHead> {
  const notice = options.notice ?? (() => undefined);
  let head = table.head();
  const missing: AuditRecord[] = [];
  const lines = (await file.linesAfter(head.seq)) ?? (await collect(readAllLines(options.directory), head.seq));
  for (const { place, record } of lines) {
    const broken = record === undefined ? "a line is not an audit record" : breakOfChain(head, record);
    if (record === undefined || broken !== undefined) {
      notice(`The audit is not whole (${place}: ${broken}). Run: aiops audit verify`);
      break;
    }
    head = { seq: record.seq, hash: record.hash };
    missing.push(record);
  }
  if (missing.length > 0) table.append(missing);
  return head;
}

async function collect(lines: AsyncIterable<AuditLine>, after: number): Promise<AuditLine[]> {
  const found: AuditLine[] = [];
  for await (const line of lines) if (line.record !== undefined && line.record.seq > after) found.push(line);
  return found;
}
