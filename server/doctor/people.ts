import { join } from "node:path";
import * as z from "zod";
import { user, type User } from "../../shared/entities/user.ts";
import { collectionPaths, loadCollection } from "../storage/document-file.ts";
import { globalScope } from "../storage/document-store.ts";

/**
 * The people in the data, whether a server runs on it or not. What another version wrote and this can't read is left
 * out: that is for the check of the data files to say.
 */
export async function readPeople(dataDir: string): Promise<User[]> {
  const paths = collectionPaths(join(dataDir, "documents", globalScope), "users");
  const { state } = await loadCollection(paths, "users");
  return [...state.items.values()].flatMap((record) => {
    const parsed = z.safeParse(user, record);
    return parsed.success ? [parsed.data] : [];
  });
}
