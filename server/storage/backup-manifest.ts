import * as z from "zod";

/** The last file of a backup: what is in it, each with its hash. */
export const manifestName = "manifest.json";
export const manifestSchema = z.object({
  format: z.literal(1),
  createdAt: z.string(),
  /** Whether the key for secrets is in it. */
  includesKey: z.boolean(),
  files: z.array(z.object({ path: z.string(), size: z.int(), sha256: z.string() })),
});
export type BackupManifest = z.infer<typeof manifestSchema>;

/** What is said about the key after a backup and a restore. */
export const keyNotice =
  "The key for secrets is not in the backup. Keep a copy of the key file (AIOPS_KEY_FILE) in another place: " +
  "without it the tokens of connections must be entered anew.";
