import type { GitBranch, GitCommit, GitFileChange, GitStatus, GitWorktree } from "./git.ts";

/** The arguments whose output `parseCommit` reads. */
export const commitFormat = "--format=%H%x00%an%x00%aI%x00%s";

/** One commit as `git log -1` prints it; null for no output. */
export function parseCommit(output: string): GitCommit | null {
  const [sha, author, at, subject] = output.replace(/\n$/, "").split("\0");
  if (sha === undefined || author === undefined || at === undefined || subject === undefined) return null;
  return { sha, author, at: new Date(at).toISOString(), subject };
}

export type ParsedStatus = Omit<GitStatus, "lastCommit"> & { sha: string | null };

/** `git status --porcelain=v2 --branch -z` (git-status(1), "Porcelain Format Version 2"). */
export function parseStatus(output: string): ParsedStatus {
  const status: ParsedStatus = { sha: null, branch: null, upstream: null, ahead: 0, behind: 0, dirty: false };
  for (const line of output.split("\0")) {
    if (line === "") continue;
    if (!line.startsWith("# ")) {
      status.dirty = true;
      break;
    }
    const [, key = "", value = ""] = /^# (\S+) (.*)$/s.exec(line) ?? [];
    if (key === "branch.oid" && value !== "(initial)") status.sha = value;
    if (key === "branch.head" && value !== "(detached)") status.branch = value;
    if (key === "branch.upstream") status.upstream = value;
    if (key === "branch.ab") {
      const [ahead, behind] = value.split(" ");
      status.ahead = Number(ahead);
      status.behind = Math.abs(Number(behind));
    }
  }
  return status;
}

/**
 * `git worktree list --porcelain`; the first entry is the main working tree. (Without `-z`, which Ubuntu 22.04's git
 * 2.34 lacks: a path made by hand with a line break in it is cut there.)
 */
export function parseWorktrees(output: string): GitWorktree[] {
  return output
    .split("\n\n")
    .filter((block) => block !== "")
    .map((block) => {
      const fields = new Map(block.split("\n").map(splitField));
      const sha = fields.get("HEAD");
      return {
        path: fields.get("worktree") ?? "",
        branch: fields.get("branch")?.replace(/^refs\/heads\//, "") ?? null,
        sha: sha === undefined || /^0+$/.test(sha) ? null : sha,
        locked: fields.get("locked") ?? null,
        prunable: fields.has("prunable"),
      };
    });
}

function splitField(line: string): [string, string] {
  const space = line.indexOf(" ");
  return space < 0 ? [line, ""] : [line.slice(0, space), line.slice(space + 1)];
}

/** One file that differs: `A` in the second only, `D` in the first only, `M` and `T` in both. */
export interface Change {
  status: string;
  path: string;
}

/** `git diff --name-status -z --no-renames`: status and path in turn, each ended by NUL. */
export function parseChanges(output: string): Change[] {
  const parts = output.split("\0");
  const changes: Change[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [status, path] = [parts[at], parts[at + 1]];
    if (status !== undefined && path !== undefined && path !== "") changes.push({ status: status.slice(0, 1), path });
  }
  return changes;
}

/**
 * `git status --porcelain=v1 -z --no-renames` (git-status(1), "Short Format"): two letters, of index and tree, a space and
 * the path, each ended by NUL. A file that was taken from the index and is there again has two entries.
 */
export function parseFileChanges(output: string): GitFileChange[] {
  const states = new Map<string, GitFileChange["state"]>();
  for (const entry of output.split("\0")) {
    if (entry === "") continue;
    const file = entry.slice(3);
    states.set(file, states.has(file) ? "modified" : stateOf(entry.slice(0, 2)));
  }
  return Array.from(states, ([path, state]) => ({ path, state })).toSorted((one, other) =>
    one.path < other.path ? -1 : 1,
  );
}

function stateOf(letters: string): GitFileChange["state"] {
  if (letters.includes("U") || letters === "AA" || letters === "DD") return "conflict";
  // Added to the index and deleted from the tree: what would be committed is nothing, or a deletion.
  if (letters.includes("D")) return "deleted";
  return letters === "??" || letters.includes("A") ? "added" : "modified";
}

const here = "refs/heads/";
const there = "refs/remotes/origin/";

/** Full names of refs, one in a line: branches and those of `origin`, one entry for each name, in the order given. */
export function parseBranches(output: string): GitBranch[] {
  const branches = new Map<string, GitBranch>();
  for (const ref of output.split("\n")) {
    const local = ref.startsWith(here);
    const name = local ? ref.slice(here.length) : ref.startsWith(there) ? ref.slice(there.length) : "";
    // Which branch is the remote's own default is no branch.
    if (name === "" || (!local && name === "HEAD")) continue;
    const known = branches.get(name) ?? { name, local: false, remote: false };
    branches.set(name, { ...known, ...(local ? { local } : { remote: true }) });
  }
  return [...branches.values()];
}
