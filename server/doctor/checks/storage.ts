import { constants } from "node:fs";
import { access, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errorMessage } from "../../../shared/errors.ts";
import { isMissing } from "../../storage/fault.ts";
import { findDamagedCollections } from "../../storage/recovery.ts";
import { fail, ok, warn, type Check, type Finding } from "../check.ts";

/** Bytes below which the disk counts as nearly full. */
const littleRoom = 200 * 1024 * 1024;

/** Room on the disk, and whole data files. */
export const checkStorage: Check = async ({ config }) => {
  return [await checkRoom(config.dataDir), await checkDocuments(config.dataDir)];
};

async function checkRoom(path: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(await firstExisting(path));
  const free = bavail * bsize;
  const found = `${Math.floor(free / 1024 / 1024)} MB free`;
  if (free >= littleRoom) return ok("disk", found);
  return warn("disk", found, "free some room: writes answer 507 when the disk is full");
}

async function checkDocuments(dataDir: string): Promise<Finding> {
  const check = "data files";
  const documents = join(dataDir, "documents");
  try {
    if ((await firstExisting(documents)) !== documents) return ok(check, "none yet");
    const damaged = await findDamagedCollections(documents);
    if (damaged.length === 0) return ok(check, "whole");
    const found = damaged.map(
      ({ error, recoverable }) => `${error.message} (${recoverable ?? "no"} records recoverable)`,
    );
    return fail(check, found.join(" "), "stop the server, then: aiops doctor --repair");
  } catch (error) {
    return fail(check, errorMessage(error), "run this as the server's own user");
  }
}

async function firstExisting(path: string): Promise<string> {
  try {
    await access(path, constants.F_OK);
    return path;
  } catch (error) {
    if (!isMissing(error)) throw error;
    return firstExisting(dirname(path));
  }
}
