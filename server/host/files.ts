/** What stands at a path; a link is described itself, never what it points at. */
export interface FileStat {
  kind: "file" | "directory" | "symlink" | "other";
  size: number;
  /** Permission bits only, as 0o644. */
  mode: number;
  uid: number;
  gid: number;
  /** ISO 8601, UTC. */
  modifiedAt: string;
}

export interface Within {
  /** Absolute path of an existing folder. The path lies in it, and no folder between the two is a symbolic link. */
  root: string;
}

export interface WriteOptions extends Within {
  /** Permission bits; those of the file that is replaced, else 0o600. */
  mode?: number;
}

export interface ReadOptions extends Within {
  /** Largest file read, in bytes; 1 MiB unless told. */
  maxBytes?: number;
}

/**
 * Files of one person. Paths are absolute. Everything but `stat` and `exists` takes the `root` the path must lie in.
 * @throws AppError `unsafe_path` for a path outside the root, a linked parent, or a link at the name itself.
 */
export interface HostFiles {
  /** lstat; null where nothing stands there. */
  stat(path: string): Promise<FileStat | null>;
  exists(path: string, kind?: FileStat["kind"]): Promise<boolean>;
  /** The real path with every link resolved; null where nothing stands there. */
  realPath(path: string): Promise<string | null>;
  /** Makes the folder and those missing above it, below the root. Mode 0o700 unless told; an existing folder is left. */
  makeDirectory(path: string, options: WriteOptions): Promise<void>;
  /** Names in the folder, sorted. */
  list(path: string, options: Within): Promise<{ name: string; kind: FileStat["kind"] }[]>;
  /** UTF-8 text; null where there is no file. @throws AppError `too_large` over `maxBytes`. */
  readFile(path: string, options: ReadOptions): Promise<string | null>;
  /** Replaces the file at once and durably (temporary file, sync, rename, sync of the folder). */
  writeFile(path: string, text: string, options: WriteOptions): Promise<void>;
  /** Removes one file; false where there was none. */
  removeFile(path: string, options: Within): Promise<boolean>;
  /** Removes a folder and all in it, links as links; the root itself is refused. False where there was none. */
  removeTree(path: string, options: Within): Promise<boolean>;
  rename(from: string, to: string, options: Within): Promise<void>;
  changeMode(path: string, mode: number, options: Within): Promise<void>;
  changeOwner(path: string, uid: number, gid: number, options: Within): Promise<void>;
  changeGroup(path: string, gid: number, options: Within): Promise<void>;
}
