import * as z from "zod";
import { id, timestamp } from "./common.ts";

export const syncError = z.object({ code: z.string(), message: z.string(), at: timestamp });

/** How the sync of one link stands. `syncedAt`: the store held what the tracker had at that time. */
export const linkSync = z.object({ linkId: id, syncedAt: timestamp.nullable(), error: syncError.nullable() });

/** How the sync of a project stands. */
export const projectSync = z.object({
  /** When the oldest of its links was last read to the end; null while one never was. */
  lastSyncedAt: timestamp.nullable(),
  /** When the schedule reads it again; null where it is off. */
  nextAt: timestamp.nullable(),
  /** The sync that runs now. */
  jobId: id.nullable(),
  /** The first error of its links. */
  error: syncError.nullable(),
  links: z.array(linkSync),
});

export type SyncError = z.infer<typeof syncError>;
export type LinkSync = z.infer<typeof linkSync>;
export type ProjectSync = z.infer<typeof projectSync>;
