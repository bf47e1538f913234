import * as z from "zod";
import { syncError, type SyncError } from "../../shared/entities/sync.ts";
import type { Database } from "../storage/database.ts";

const brokenListing = z.object({
  /** What it marked the issues with that it saw. */
  syncId: z.string(),
  /** When it began, by this server's clock. */
  startedAt: z.string(),
  /** Where it goes on, as the tracker's provider gave it; all before that is stored. */
  checkpoint: z.string(),
});

/** A listing of everything that has not come to its end. */
export type BrokenListing = z.infer<typeof brokenListing>;

/** How far the sync of a link has come. Times are ISO 8601, by this server's clock. */
export interface LinkSyncState {
  linkId: string;
  tenantId: string;
  projectId: string;
  /** What the position belongs to: the tracker, its address and the project there. */
  source: string;
  /** Where the next listing begins, as the tracker gave it; null where everything has to be read. */
  position: string | null;
  /** The status overrides that the stored statuses were made with. */
  overrides: string;
  /** When the last listing of everything began that came to its end. */
  fullAt: string | null;
  /** When the store was last compared with what the tracker has, so that nothing deleted stays. */
  reconciledAt: string | null;
  /** When the last sync began that came to its end. */
  syncedAt: string | null;
  error: SyncError | null;
  /** Null where the last listing of everything came to its end, or had not come far. */
  listing: BrokenListing | null;
}

interface Row {
  link_id: string;
  tenant_id: string;
  project_id: string;
  source: string;
  position: string | null;
  overrides: string;
  full_at: string | null;
  reconciled_at: string | null;
  synced_at: string | null;
  error: string | null;
  listing: string | null;
}

const storedError = stored(syncError);
const storedListing = stored(brokenListing);

function stored<T>(schema: z.ZodType<T>) {
  return z.preprocess((text) => (typeof text === "string" ? JSON.parse(text) : text), schema.nullable());
}

/** The state of each link's sync, in SQLite. What is saved is durable when the call returns. */
export class SyncStates {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get(linkId: string): LinkSyncState | undefined {
    const row = this.#database.prepare<Row>("SELECT * FROM sync_state WHERE link_id = :linkId").get({ linkId });
    return row === undefined ? undefined : fromRow(row);
  }

  list(projectId: string): LinkSyncState[] {
    return this.#database
      .prepare<Row>("SELECT * FROM sync_state WHERE project_id = :projectId")
      .all({ projectId })
      .map(fromRow);
  }

  save(state: LinkSyncState): void {
    this.#database
      .prepare(
        `INSERT OR REPLACE INTO sync_state
           (link_id, tenant_id, project_id, source, position, overrides, full_at, reconciled_at, synced_at, error,
            listing)
         VALUES
           (:linkId, :tenantId, :projectId, :source, :position, :overrides, :fullAt, :reconciledAt, :syncedAt, :error,
            :listing)`,
      )
      .run({ ...state, error: json(state.error), listing: json(state.listing) });
  }
}

function json(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}

function fromRow(row: Row): LinkSyncState {
  return {
    linkId: row.link_id,
    tenantId: row.tenant_id,
    projectId: row.project_id,
    source: row.source,
    position: row.position,
    overrides: row.overrides,
    fullAt: row.full_at,
    reconciledAt: row.reconciled_at,
    syncedAt: row.synced_at,
    error: storedError.parse(row.error),
    listing: storedListing.parse(row.listing),
  };
}
