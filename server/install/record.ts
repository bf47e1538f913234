import { readFile } from "node:fs/promises";
import * as z from "zod";
import { AppError } from "../../shared/errors.ts";
import { isMissing } from "../storage/fault.ts";

const installRecord = z.object({
  instance: z.string(),
  version: z.string(),
  installedAt: z.string(),
  serviceUser: z.string(),
  /** Whether the account was made by the installation, and goes with it. */
  userMade: z.boolean(),
  /** Linux users the server may act as. */
  people: z.array(z.string()),
});

/** What an installation leaves for the next one and for the uninstallation. */
export type InstallRecord = z.infer<typeof installRecord>;

export function recordText(record: InstallRecord): string {
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

/** Undefined where nothing is installed. @throws AppError storage_corrupt */
export async function readRecord(path: string): Promise<InstallRecord | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    return installRecord.parse(JSON.parse(text));
  } catch (error) {
    throw new AppError("storage_corrupt", `${path} is damaged. Remove it and run "aiops install" again.`, {
      cause: error,
    });
  }
}
