import path from "node:path";
import { AppError, errorMessage } from "../../shared/errors.ts";
import type { FileStat } from "../host/files.ts";
import type { HostUser } from "../host/host.ts";
import { contextFileName } from "./markers.ts";

/** One file of ours before and after; undefined where it is not there. */
export interface FileChange {
  /** Relative to the tree. */
  name: string;
  before: string | undefined;
  after: string | undefined;
}

const maxOwnBytes = 1024 * 1024;
const maxBaseBytes = 16 * 1024 * 1024;
// Issue text may be confidential and only the person's own tools read it; files that are there keep their mode.
const newFileMode = 0o600;

/** The files of one working tree that the context is written to. */
export class TreeFiles {
  readonly #user: HostUser;
  readonly tree: string;

  /** See `open`; for whoever asks for the tree together with its files. */
  constructor(user: HostUser, tree: string) {
    this.#user = user;
    this.tree = tree;
  }

  /** @throws AppError `workspace_missing` where the folder is not there. */
  static async open(user: HostUser, tree: string): Promise<TreeFiles> {
    const files = new TreeFiles(user, tree);
    await files.requireTree();
    return files;
  }

  /** @throws AppError `workspace_missing` where the folder is not there. */
  async requireTree(): Promise<void> {
    if ((await this.#user.files.realPath(this.tree)) !== null) return;
    const message = `The working tree ${this.tree} does not exist. Initialise the workspace again.`;
    throw new AppError("workspace_missing", message);
  }

  path(name: string): string {
    return path.join(this.tree, name);
  }

  /**
   * Refuses a symbolic link, a pipe or a folder at the name, and a link or a file where its folder should be.
   * @returns what stands there; null where nothing does.
   */
  async check(name: string): Promise<FileStat | null> {
    const folder = path.dirname(name);
    // Asked together: each question may go to another process.
    const [above, stat] = await Promise.all([
      folder === "." ? undefined : this.#user.files.stat(this.path(folder)),
      this.#user.files.stat(this.path(name)),
    ]);
    if (above === null) return null;
    if (above !== undefined && above.kind !== "directory") throw planted(this.path(folder), above.kind, "a folder");
    if (stat !== null && stat.kind !== "file") throw planted(this.path(name), stat.kind, "a file");
    return stat;
  }

  /** @throws AppError as {@link check}; `too_large` over 1 MiB. */
  async read(name: string): Promise<string | undefined> {
    const options = { root: this.tree, maxBytes: maxOwnBytes };
    // Asked together; what stands at the name decides which of the two answers counts.
    const [stat, text] = await Promise.allSettled([
      this.check(name),
      this.#user.files.readFile(this.path(name), options),
    ]);
    if (stat.status === "rejected") throw stat.reason;
    if (stat.value === null) return undefined;
    if (text.status === "rejected") throw text.reason;
    return text.value ?? undefined;
  }

  /**
   * The text of AGENTS.md. A link to another file of the tree is followed, as many projects keep one text under two
   * names; one that leads out of it or into `.git` would copy a file of somebody's choice into the context.
   * @throws AppError `unsafe_path`
   */
  async readBase(): Promise<string | undefined> {
    const { files } = this.#user;
    const [target, real] = await Promise.all([files.realPath(this.path("AGENTS.md")), files.realPath(this.tree)]);
    if (target === null) return undefined;
    const root = real ?? this.tree;
    const below = path.relative(root, target).split(path.sep);
    if (below[0] === ".." || below.includes(".git") || target === path.join(root, contextFileName)) {
      throw new AppError(
        "unsafe_path",
        `${this.path("AGENTS.md")} is a link to ${target} and was not read. Replace it by a file, or by a link to a ` +
          "file of the working tree, and try again.",
      );
    }
    return (await files.readFile(target, { root, maxBytes: maxBaseBytes })) ?? undefined;
  }

  async isTracked(name: string): Promise<boolean> {
    return this.#user.git.isTracked(this.tree, name);
  }

  /**
   * Adds the names to the local exclude file; answers those git still would not ignore.
   * @param before those that were ignored already
   */
  async exclude(names: readonly string[], before: readonly string[]): Promise<string[]> {
    await this.#user.git.exclude(
      this.tree,
      names.map((name) => `/${name}`),
    );
    if (names.every((name) => before.includes(name))) return [];
    const ignored = await this.ignored(names);
    return names.filter((name) => !ignored.includes(name));
  }

  /** Those of the names that git ignores. */
  async ignored(names: readonly string[]): Promise<string[]> {
    const ignored = await Promise.all(names.map((name) => this.#user.git.isIgnored(this.tree, name)));
    return names.filter((_, index) => ignored[index]);
  }

  /**
   * Makes all changes, or none: when one fails, those before it are taken back.
   * @throws AppError `conflict` where a file changed since it was read; else the first failure.
   */
  async apply(changes: readonly FileChange[]): Promise<void> {
    const done: FileChange[] = [];
    try {
      const present = await Promise.all(changes.map(({ name }) => this.read(name)));
      const changed = changes.find(({ before }, index) => present[index] !== before);
      if (changed) {
        throw new AppError(
          "conflict",
          `${this.path(changed.name)} was changed by someone else at this moment. Nothing was changed: try again.`,
        );
      }
      for (const change of changes) {
        done.push(change);
        await this.#put(change.name, change.after, change.before !== undefined);
      }
    } catch (error) {
      await this.#takeBack(done, error);
      throw error;
    }
  }

  async #takeBack(done: readonly FileChange[], cause: unknown): Promise<void> {
    for (const change of done.toReversed()) {
      try {
        // The one that failed may not have been written at all; a folder made for it is taken back all the same.
        if (change.before === undefined || (await this.read(change.name)) !== change.before)
          await this.#put(change.name, change.before, await this.#user.files.exists(this.path(change.name)));
      } catch (error) {
        throw new AppError(
          "storage_failed",
          `${errorMessage(cause)} What was written before that could not be taken back: ${errorMessage(error)} ` +
            `Look at ${this.path(change.name)}.`,
          { cause: new AggregateError([cause, error]) },
        );
      }
    }
  }

  async #put(name: string, text: string | undefined, exists: boolean): Promise<void> {
    const { files } = this.#user;
    const folder = path.dirname(this.path(name));
    if (text !== undefined) {
      if (folder !== this.tree) await files.makeDirectory(folder, { root: this.tree });
      const mode = exists ? {} : { mode: newFileMode };
      await files.writeFile(this.path(name), text, { root: this.tree, ...mode });
      return;
    }
    await files.removeFile(this.path(name), { root: this.tree });
    if (folder === this.tree || !(await files.exists(folder))) return;
    if ((await files.list(folder, { root: this.tree })).length === 0)
      await files.removeTree(folder, { root: this.tree });
  }
}

function planted(target: string, kind: FileStat["kind"], wanted: string): AppError {
  const what = { symlink: "a symbolic link", directory: "a folder", file: "a file", other: "neither file nor folder" };
  return new AppError(
    "unsafe_path",
    `${target} is ${what[kind]} where ${wanted} is needed, and was not written through. Remove or rename it and try ` +
      "again; nothing was changed.",
    { data: { path: target } },
  );
}
