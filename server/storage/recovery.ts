import { link, readdir, unlink } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Clock } from "../../shared/clock.ts";
import { isoTime } from "../../shared/clock.ts";
import { AppError } from "../../shared/errors.ts";
import { previousPath, syncDirectory, writeFileAtomic } from "./atomic-file.ts";
import {
  collectionPaths,
  loadCollection,
  loadLastGood,
  serializeCollection,
  type CollectionPaths,
} from "./document-file.ts";
import { DataDirectory } from "./data-directory.ts";
import { isMissing } from "./fault.ts";
import { globalScope } from "./document-store.ts";

/** A collection that can't be opened, and what could be offered instead. */
export interface DamagedCollection {
  /** Tenant id, or `_global`. */
  scope: string;
  collection: string;
  error: AppError;
  /** Records in the last good copy; null where there is none. */
  recoverable: number | null;
}

export interface Repair extends Recovery {
  scope: string;
  collection: string;
}

export interface Recovery {
  /** The damaged files under their new names. */
  setAside: string[];
  records: number;
}

/** Looks at every collection below the documents directory without changing anything. */
export async function findDamagedCollections(directory: string): Promise<DamagedCollection[]> {
  const damaged: DamagedCollection[] = [];
  for (const { scope, collection, paths } of await listCollections(directory)) {
    try {
      await loadCollection(paths, collection);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      damaged.push({
        scope,
        collection,
        error,
        recoverable: (await loadLastGood(paths, collection))?.items.size ?? null,
      });
    }
  }
  return damaged;
}

export interface ListedCollection {
  scope: string;
  collection: string;
  paths: CollectionPaths;
}

/** Every collection on disk, the tenants' before those of no tenant (which they refer to). */
export async function listCollections(directory: string): Promise<ListedCollection[]> {
  const found: ListedCollection[] = [];
  for (const scope of await namesIn(directory)) {
    const names = await namesIn(join(directory, scope));
    const collections = new Set(names.flatMap((name) => /^([\w-]+)\.(?:json|journal)$/.exec(name)?.[1] ?? []));
    for (const collection of [...collections].sort()) {
      found.push({ scope, collection, paths: collectionPaths(join(directory, scope), collection) });
    }
  }
  return found.sort((one, other) => Number(one.scope === globalScope) - Number(other.scope === globalScope));
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/**
 * Puts the last good copy of a damaged collection in place: the document before the last compaction with both journals
 * makes up for a damaged document completely; of a damaged journal everything before the damage is kept. The damaged files are set aside under a name with the time. Only while
 * no server runs on the data.
 * @throws AppError storage_corrupt when the last good copy is damaged or missing too
 */
export async function recoverCollection(paths: CollectionPaths, collection: string, clock: Clock): Promise<Recovery> {
  const state = await loadLastGood(paths, collection);
  if (state === undefined) {
    throw new AppError(
      "storage_corrupt",
      `There is no good copy of ${paths.document}. Restore a backup with "aiops restore".`,
    );
  }
  const setAside: string[] = [];
  for (const path of [paths.document, paths.journal, previousPath(paths.journal)]) {
    const aside = `${path}.corrupt-${isoTime(clock).replaceAll(":", "-")}`;
    try {
      await link(path, aside);
      setAside.push(basename(aside));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  await writeFileAtomic(paths.document, serializeCollection(state, [...state.items.values()]));
  // The document holds all that the journals did, so they may go.
  for (const path of [paths.journal, previousPath(paths.journal)]) {
    if (setAside.some((name) => name.startsWith(`${basename(path)}.corrupt-`))) await unlink(path);
  }
  await syncDirectory(join(paths.document, ".."));
  return { setAside, records: state.items.size };
}

/**
 * Puts the last good copy of every damaged collection of a data directory in place (`aiops doctor --repair`).
 * @throws AppError data_directory_in_use while a server runs on it; storage_corrupt where there is no good copy
 */
export async function repairDocuments(dataDir: string, clock: Clock): Promise<Repair[]> {
  const data = await DataDirectory.open(dataDir, clock);
  try {
    const directory = data.file("documents");
    const repairs: Repair[] = [];
    for (const { scope, collection } of await findDamagedCollections(directory)) {
      const paths = collectionPaths(join(directory, scope), collection);
      repairs.push({ scope, collection, ...(await recoverCollection(paths, collection, clock)) });
    }
    return repairs;
  } finally {
    data.close();
  }
}
