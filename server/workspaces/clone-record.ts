import path from "node:path";
import * as z from "zod";
import type { HostUser } from "../host/host.ts";

const schema = z.object({
  projectId: z.string(),
  /** `<tenant slug>/<project slug>`: ids change when a server is set up anew. */
  project: z.string(),
  /** Which branch each issue's work is on, by issue id. */
  issues: z.record(z.string(), z.object({ key: z.string(), branch: z.string() })).default({}),
});

/** What the server remembers of a clone, in the clone: it goes where the clone goes. */
export type CloneRecord = z.infer<typeof schema>;

/** In `.git`, where it is neither tracked nor seen by `git status`. */
function fileOf(clone: string): string {
  return path.join(clone, ".git", "aiops.json");
}

/** Null where there is none, or it was damaged by hand. */
export async function readRecord(user: HostUser, clone: string): Promise<CloneRecord | null> {
  const text = await user.files.readFile(fileOf(clone), { root: clone });
  if (text === null) return null;
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

export async function writeRecord(user: HostUser, clone: string, record: CloneRecord): Promise<void> {
  await user.files.writeFile(fileOf(clone), `${JSON.stringify(record, null, 2)}\n`, { root: clone });
}
