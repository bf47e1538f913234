import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { errorMessage, AppError } from "../../../shared/errors.ts";
import { isMissing } from "../../storage/fault.ts";
import { fail, ok, warn, type Check, type Finding, type Surroundings } from "../check.ts";

/** Milliseconds the clock may be behind what was written before. */
const tolerance = 60_000;

/**
 * Whether the clock is right, as far as this host can tell: nothing was written in the future, and where systemd keeps
 * the time, it is in step. Tokens, one-time codes and challenges are wrong by as much as it is.
 */
export const checkClock: Check = async (surroundings) => {
  const behind = await checkWritten(surroundings);
  return behind === undefined ? [await checkSynchronized(surroundings)] : [behind];
};

async function checkWritten({ config, clock }: Surroundings): Promise<Finding | undefined> {
  try {
    const now = clock.now();
    for (const name of await readdir(config.dataDir)) {
      const { mtimeMs } = await stat(join(config.dataDir, name));
      if (mtimeMs - now <= tolerance) continue;
      const found = `the clock says ${new Date(now).toISOString()}, but ${name} was written ${Math.round((mtimeMs - now) / 1000)} s later`;
      return fail("clock", found, "set the clock: sudo timedatectl set-ntp true");
    }
  } catch (error) {
    if (!isMissing(error)) return fail("clock", errorMessage(error), "run this as the server's own user");
  }
  return undefined;
}

async function checkSynchronized({ self }: Surroundings): Promise<Finding> {
  try {
    const argv = ["timedatectl", "show", "--property=NTPSynchronized", "--value"];
    const { exitCode, stdout } = await self.run(argv, { check: false, timeoutMs: 5_000 });
    if (exitCode === 0 && stdout.trim() === "no") {
      return warn("clock", "it is not kept in step with others", "sudo timedatectl set-ntp true");
    }
    return ok("clock", exitCode === 0 ? "in step" : "nothing was written in the future");
  } catch (error) {
    // A host without systemd keeps its time in another way, which this can't judge.
    if (error instanceof AppError) return ok("clock", "nothing was written in the future");
    throw error;
  }
}
