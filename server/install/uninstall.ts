import { existsSync } from "node:fs";
import { readdir, rm, rmdir } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { AppError } from "../../shared/errors.ts";
import { currentHolder } from "../storage/data-directory.ts";
import type { InstallPlaces } from "./places.ts";
import { readRecord } from "./record.ts";
import { accountOf, hasSystemd, system } from "./system.ts";

export interface Removal {
  /** What it does, in the imperative. */
  what: string;
  apply: () => Promise<void>;
}

/**
 * What an uninstallation does, in order; each can be repeated. Data, keys and configuration stay unless `purge`.
 * @throws AppError not_found where nothing is installed; conflict while the server runs and nothing here can stop it
 */
export async function uninstallSteps(places: InstallPlaces, purge: boolean): Promise<Removal[]> {
  const record = await readRecord(places.record);
  if (record === undefined && !existsSync(places.prefix) && !(purge && existsSync(places.dataDir))) {
    throw new AppError("not_found", `No server ${places.instance} is installed on this host.`);
  }
  const unit = basename(places.unit);
  const byUnit = hasSystemd() && existsSync(places.unit);
  if (!byUnit) requireStopped(places);
  const files = [places.unit, places.tmpfiles, places.sudoers, places.command, places.clientFile].filter(existsSync);
  const removals: Removal[] = [];
  if (byUnit) {
    removals.push({
      what: `stop and disable ${unit} (people's sessions go on)`,
      apply: async () => void (await system(["systemctl", "disable", "--now", unit])),
    });
  }
  removals.push(...files.map((path) => ({ what: `remove ${path}`, apply: () => rm(path, { force: true }) })));
  if (byUnit) {
    removals.push({
      what: "let systemd forget it",
      apply: async () => void (await system(["systemctl", "daemon-reload"])),
    });
  }
  removals.push(removeTree(places.runtimeDir), removeTree(places.prefix));
  if (purge) {
    removals.push(removeTree(places.dataDir), removeTree(places.configDir));
    const made = record?.userMade === true && (await accountOf(record.serviceUser)) !== null;
    if (made) {
      const { serviceUser } = record;
      removals.push({
        what: `remove the system user ${serviceUser}`,
        apply: async () => void (await system(["userdel", serviceUser])),
      });
    }
  } else {
    // Kept with the data: what belongs to whom is needed when it is installed again or purged.
    removals.push({
      what: `remove ${places.configDir} where it is empty`,
      apply: () => removeIfEmpty(places.configDir),
    });
  }
  return removals;
}

function removeTree(path: string): Removal {
  return { what: `remove ${path} and all in it`, apply: () => rm(path, { recursive: true, force: true }) };
}

async function removeIfEmpty(path: string): Promise<void> {
  if (existsSync(path) && (await readdir(path)).length === 0) await rmdir(path);
}

function requireStopped(places: InstallPlaces): void {
  if (!existsSync(dirname(places.dataDir)) || !existsSync(places.dataDir)) return;
  const holder = currentHolder(places.dataDir);
  if (holder === undefined) return;
  throw new AppError("conflict", `The server runs as process ${holder.pid}. Stop it first: kill ${holder.pid}`);
}
