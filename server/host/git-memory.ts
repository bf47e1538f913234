import { lstat, readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { HostGit } from "./git.ts";
import { errno } from "./safe-path.ts";

const keptAnswers = 2_000;
/** Settings that let files elsewhere decide what is ignored: what git says then is not remembered. */
const decidesElsewhere = /excludesfile|\[\s*include/i;

interface Answer {
  /** The state of every file the answer depends on, before git was asked. */
  state: string;
  value: boolean;
}

/**
 * Git with a memory for three questions that are asked again and again, each a process of some milliseconds: what is
 * tracked, what is ignored, and whether the local exclude file has some lines. An answer stands while none of the
 * files it depends on has changed (inode, size and times in nanoseconds), and is not kept where that can't be told.
 */
export function withMemory(git: HostGit, home: string): HostGit {
  const known = new Map<string, Answer>();

  async function remembered(key: string, stateOf: () => Promise<string | null>, ask: () => Promise<boolean>) {
    const state = await stateOf();
    const before = known.get(key);
    if (state !== null && before?.state === state) return before.value;
    const value = await ask();
    known.delete(key);
    // Unchanged afterwards too: what git read is what was looked at.
    if (state === null || (await stateOf()) !== state) return value;
    known.set(key, { state, value });
    const [oldest] = known.keys();
    if (oldest !== undefined && known.size > keptAnswers) known.delete(oldest);
    return value;
  }

  return {
    ...git,
    isTracked: (tree, file) =>
      remembered(
        `tracked\0${tree}\0${file}`,
        () => trackingState(tree),
        () => git.isTracked(tree, file),
      ),
    isIgnored: (tree, file) =>
      remembered(
        `ignored\0${tree}\0${file}`,
        () => ignoringState(tree, file, home),
        () => git.isIgnored(tree, file),
      ),
    async exclude(tree, patterns) {
      await remembered(
        `exclude\0${tree}\0${patterns.join("\n")}`,
        () => excludeState(tree),
        async () => {
          await git.exclude(tree, patterns);
          return true;
        },
      );
    },
  };
}

async function trackingState(tree: string): Promise<string | null> {
  const folders = await gitFolders(tree);
  return folders && stateOf([path.join(folders.own, "index"), path.join(folders.common, "config")]);
}

async function excludeState(tree: string): Promise<string | null> {
  const folders = await gitFolders(tree);
  return folders && stateOf([path.join(folders.common, "info", "exclude")]);
}

/** gitignore(5): the .gitignore files from the top down to the file's folder, the local and the person's exclude file. */
async function ignoringState(tree: string, file: string, home: string): Promise<string | null> {
  const folders = await gitFolders(tree);
  if (folders === null) return null;
  const configs = [
    path.join(folders.common, "config"),
    path.join(folders.own, "config.worktree"),
    path.join(home, ".gitconfig"),
    path.join(home, ".config", "git", "config"),
    "/etc/gitconfig",
  ];
  if ((await Promise.all(configs.map(textOf))).some((text) => decidesElsewhere.test(text))) return null;
  const levels = path.dirname(path.normalize(file)).split(path.sep);
  const ignores = levels.map((_, index) => path.join(tree, ...levels.slice(0, index + 1), ".gitignore"));
  const others = [
    path.join(tree, ".gitignore"),
    path.join(folders.common, "info", "exclude"),
    path.join(home, ".config", "git", "ignore"),
    path.join(folders.own, "index"),
  ];
  return stateOf([...configs, ...ignores, ...others]);
}

/** A tree's own folder of git, and the one that all worktrees share; null where that is not what it looks like. */
async function gitFolders(tree: string): Promise<{ own: string; common: string } | null> {
  const at = path.join(tree, ".git");
  const found = await absentAsNull(() => lstat(at));
  if (found?.isDirectory() === true) return { own: at, common: at };
  if (found?.isFile() !== true) return null;
  const own = /^gitdir: (\/.+)\n?$/.exec(await textOf(at))?.[1];
  if (own === undefined) return null;
  const common = (await textOf(path.join(own, "commondir"))).trim();
  return common === "" ? null : { own, common: path.resolve(own, common) };
}

async function stateOf(files: readonly string[]): Promise<string> {
  const stats = await Promise.all(files.map((file) => absentAsNull(() => stat(file, { bigint: true }))));
  return stats.map((each) => (each ? `${each.ino}:${each.size}:${each.mtimeNs}:${each.ctimeNs}` : "none")).join(" ");
}

async function textOf(file: string): Promise<string> {
  return (await absentAsNull(() => readFile(file, "utf8"))) ?? "";
}

/** What this user may not see, git does not see either. */
async function absentAsNull<T>(act: () => Promise<T>): Promise<T | null> {
  try {
    return await act();
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EACCES"].includes(errno(error) ?? "")) return null;
    throw error;
  }
}
