import { randomUUID } from "node:crypto";
import path from "node:path";
import * as z from "zod";
import { AppError } from "../../shared/errors.ts";
import type { HostFiles } from "./files.ts";
import type { GitCall, GitClient } from "./git-client.ts";
import { parseChanges, type Change } from "./git-parse.ts";
import { endMarked } from "./marked-processes.ts";

const schema = z.object({ from: z.string(), to: z.string(), mark: z.string() });
type Move = z.infer<typeof schema>;

const recordName = "aiops-move.json";

/**
 * Moves a working tree from one commit to another. Git writes files, index and branch one after the other, so what it
 * is about to do is written down first: where git or the server is killed in between, the next operation puts back
 * exactly the files that were on the way, and nothing else.
 */
export class GitMoves {
  readonly #run: GitClient;
  readonly #files: HostFiles;

  constructor(run: GitClient, files: HostFiles) {
    this.#run = run;
    this.#files = files;
  }

  /** Moves the branch that is checked out forward. @throws AppError `dirty_tree` where that would overwrite changes */
  async forward(tree: string, from: string, to: string, call: GitCall): Promise<void> {
    await this.recorded(tree, from, to, (mark) =>
      this.#run(["merge", "--ff-only", "--no-overwrite-ignore", "--quiet", "--no-stat", to], { ...call, mark }),
    );
  }

  /** Does `move` under a record of it. Where files in its way have changes, git refuses, and nothing is recorded. */
  async recorded(tree: string, from: string, to: string, move: (mark: string) => Promise<unknown>): Promise<void> {
    const mark = randomUUID();
    if (from === to || (await this.#isInTheWay(tree, from, to))) {
      await move(mark);
      return;
    }
    const directory = await this.#gitDirectory(tree);
    const file = path.join(directory, recordName);
    await this.#files.writeFile(file, JSON.stringify({ from, to, mark }), { root: directory });
    try {
      await move(mark);
    } catch (error) {
      // Refused before it began, or broken off: either way the tree is put back.
      await this.recover(tree);
      throw error;
    }
    await this.#files.removeFile(file, { root: directory });
  }

  /** See `HostGit.recover`. */
  async recover(tree: string): Promise<boolean> {
    const directory = await this.#gitDirectory(tree);
    const file = path.join(directory, recordName);
    const move = parseRecord(await this.#files.readFile(file, { root: directory }));
    if (move === null) return false;
    await endMarked(move.mark);
    const head = (await this.#run(["rev-parse", "--verify", "HEAD"], { cwd: tree })).stdout.trim();
    // The branch is what git moves last: at the new commit all is done, and elsewhere the person went on by hand.
    if (head === move.from) await this.#putBack(tree, directory, move);
    await this.#files.removeFile(file, { root: directory });
    return head === move.from;
  }

  async #putBack(tree: string, directory: string, { from, to }: Move): Promise<void> {
    const changes = await this.#between(tree, from, to);
    const [sinceOld, sinceNew] = [
      await this.#sinceCommit(tree, directory, from),
      await this.#sinceCommit(tree, directory, to),
    ];
    const isOld = ({ status, path: file }: Change) =>
      status === "A" ? false : !sinceOld.has(file) || sinceOld.get(file) === "D";
    const isNew = ({ status, path: file }: Change) =>
      status === "D" ? false : !sinceNew.has(file) || sinceNew.get(file) === "D";
    const foreign = changes.filter((change) => !isOld(change) && !isNew(change)).map((change) => change.path);
    const strangers = await this.#present(tree, foreign);
    if (strangers.length > 0) {
      const message = `An operation on ${tree} was broken off, and these files hold neither the old nor the new text: ${strangers.join(", ")}. Keep what you need of them, run git checkout ${from.slice(0, 12)} -- on them (or delete those that are new), then try again.`;
      throw new AppError("conflict", message, { data: { paths: strangers } });
    }
    const added = changes.filter(({ status }) => status === "A").map((change) => change.path);
    const others = changes.filter(({ status }) => status !== "A").map((change) => change.path);
    await this.#withPaths(tree, directory, others, (list) => [
      "restore",
      `--source=${from}`,
      "--staged",
      "--worktree",
      ...list,
    ]);
    await this.#withPaths(tree, directory, added, (list) => ["rm", "--cached", "--quiet", "--ignore-unmatch", ...list]);
    for (const each of await this.#present(tree, added)) {
      await this.#files.removeFile(path.join(tree, each), { root: tree });
    }
  }

  /** Whether changes that are not committed, or files git does not know, stand where the move writes. */
  async #isInTheWay(tree: string, from: string, to: string): Promise<boolean> {
    const changes = await this.#between(tree, from, to);
    const args = ["diff", "--name-status", "-z", "--no-renames", "--no-ext-diff", "HEAD", "--"];
    const dirty = new Set(parseChanges((await this.#run(args, { cwd: tree })).stdout).map((change) => change.path));
    if (changes.some((change) => dirty.has(change.path))) return true;
    const added = changes.filter(({ status }) => status === "A").map((change) => change.path);
    return (await this.#present(tree, added)).length > 0;
  }

  async #between(tree: string, from: string, to: string): Promise<Change[]> {
    const args = ["diff-tree", "-r", "-z", "--name-status", "--no-renames", "--end-of-options", from, to];
    return parseChanges((await this.#run(args, { cwd: tree })).stdout);
  }

  /** What of a commit's files is otherwise in the tree, told by content: an index of our own knows no file's times. */
  async #sinceCommit(tree: string, directory: string, commit: string): Promise<Map<string, string>> {
    const index = path.join(directory, `aiops-index-${randomUUID()}`);
    const call = { cwd: tree, variables: { GIT_INDEX_FILE: index } };
    try {
      await this.#run(["read-tree", commit], call);
      const { stdout } = await this.#run(["diff", "--name-status", "-z", "--no-renames", "--no-ext-diff"], call);
      return new Map(parseChanges(stdout).map((change) => [change.path, change.status]));
    } finally {
      await this.#files.removeFile(index, { root: directory });
    }
  }

  async #withPaths(
    tree: string,
    directory: string,
    paths: readonly string[],
    command: (list: string[]) => string[],
  ): Promise<void> {
    if (paths.length === 0) return;
    const file = path.join(directory, `aiops-paths-${randomUUID()}`);
    await this.#files.writeFile(file, `${paths.join("\0")}\0`, { root: directory });
    try {
      const args = command([`--pathspec-from-file=${file}`, "--pathspec-file-nul"]);
      await this.#run(args, { cwd: tree, literalPaths: true });
    } finally {
      await this.#files.removeFile(file, { root: directory });
    }
  }

  async #present(tree: string, paths: readonly string[]): Promise<string[]> {
    const there = await Promise.all(paths.map((each) => this.#files.exists(path.join(tree, each))));
    return paths.filter((_, index) => there[index]);
  }

  async #gitDirectory(tree: string): Promise<string> {
    return (await this.#run(["rev-parse", "--absolute-git-dir"], { cwd: tree })).stdout.replace(/\n$/, "");
  }
}

/** Null where there is none; one that a kill left half-written was written before anything was moved. */
function parseRecord(text: string | null): Move | null {
  if (text === null) return null;
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
