import type { HostFiles } from "../files.ts";
import type { HostGit } from "../git.ts";
import { count, flag, optional, record, text, textByName, texts, type Check } from "./arguments.ts";

/** One method of `HostUser` as the helper offers it. */
export interface Verb {
  /** What its arguments must be; `signal` and `onProgress` do not cross the pipe. */
  args: readonly Check[];
  /** Milliseconds it may take; one that takes `timeoutMs` keeps to that. */
  limitMs: number;
}

const fileMs = 10_000;
const treeMs = 60_000;
const gitMs = 60_000;
const cloneMs = 300_000;
const runMs = 30_000;

const within = record({ root: text });
const write = record({ root: text, mode: optional(count) });
const kind: Check = (value) => ["file", "directory", "symlink", "other"].includes(String(value));

const fileVerbs = {
  stat: { args: [text], limitMs: fileMs },
  exists: { args: [text, optional(kind)], limitMs: fileMs },
  realPath: { args: [text], limitMs: fileMs },
  makeDirectory: { args: [text, write], limitMs: fileMs },
  list: { args: [text, within], limitMs: fileMs },
  readFile: { args: [text, record({ root: text, maxBytes: optional(count) })], limitMs: fileMs },
  writeFile: { args: [text, text, write], limitMs: fileMs },
  removeFile: { args: [text, within], limitMs: fileMs },
  // A clone with all it has built holds a hundred thousand files.
  removeTree: { args: [text, within], limitMs: treeMs },
  rename: { args: [text, text, within], limitMs: fileMs },
  changeMode: { args: [text, count, within], limitMs: fileMs },
  changeOwner: { args: [text, count, count, within], limitMs: fileMs },
  changeGroup: { args: [text, count, within], limitMs: fileMs },
} satisfies Record<keyof HostFiles, Verb>;

const limits = { timeoutMs: optional(count) };
const timed = optional(record(limits));

const person = record({ name: text, email: text });
const credentials: Check = (value) =>
  record({ kind: text, privateKey: text, knownHosts: text })(value) ||
  record({ kind: text, origin: text, username: text, password: text })(value);
const remote = { ...limits, allowFile: optional(flag), credentials: optional(credentials) };

const gitVerbs = {
  clone: { args: [text, text, optional(record({ ...remote, branch: optional(text) }))], limitMs: cloneMs },
  recover: { args: [text], limitMs: gitMs },
  fetch: { args: [text, optional(record(remote))], limitMs: gitMs },
  push: { args: [text, text, optional(record({ ...remote, setUpstream: optional(flag) }))], limitMs: gitMs },
  commit: { args: [text, record({ message: text, paths: optional(texts), author: person }), timed], limitMs: gitMs },
  merge: { args: [text, record({ revision: text, message: text, author: person }), timed], limitMs: gitMs },
  status: { args: [text, timed], limitMs: gitMs },
  branches: { args: [text], limitMs: gitMs },
  allBranches: { args: [text], limitMs: gitMs },
  changes: { args: [text, timed], limitMs: gitMs },
  createBranch: { args: [text, text, text], limitMs: gitMs },
  deleteBranchAt: { args: [text, text, text], limitMs: gitMs },
  checkout: { args: [text, text, optional(record({ ...limits, detach: optional(flag) }))], limitMs: gitMs },
  worktrees: { args: [text], limitMs: gitMs },
  addWorktree: { args: [text, text, text, timed], limitMs: gitMs },
  removeWorktree: { args: [text, text, optional(record({ force: optional(flag) }))], limitMs: gitMs },
  pruneWorktrees: { args: [text], limitMs: gitMs },
  exclude: { args: [text, texts], limitMs: gitMs },
  isTracked: { args: [text, text], limitMs: gitMs },
  isIgnored: { args: [text, text], limitMs: gitMs },
  headSha: { args: [text], limitMs: gitMs },
  resolve: { args: [text, text], limitMs: gitMs },
  remoteUrl: { args: [text], limitMs: gitMs },
  unpushed: { args: [text], limitMs: gitMs },
} satisfies Record<keyof HostGit, Verb>;

const runOptions = record({
  ...limits,
  cwd: optional(text),
  env: optional(textByName),
  input: optional(text),
  check: optional(flag),
  maxOutputBytes: optional(count),
  secrets: optional(texts),
});

const run: Verb = { args: [texts, optional(runOptions)], limitMs: runMs };

export const fileMethods = Object.keys(fileVerbs);
export const gitMethods = Object.keys(gitVerbs);

/** Everything a helper can be asked to do, by its name on the pipe: `run`, `files.stat`, `git.clone`. */
export const verbs: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ["run", run],
  ...Object.entries(fileVerbs).map(([name, verb]): [string, Verb] => [`files.${name}`, verb]),
  ...Object.entries(gitVerbs).map(([name, verb]): [string, Verb] => [`git.${name}`, verb]),
]);

/** Whether the arguments are what the verb takes; trailing ones may be left out where they are optional. */
export function takes(verb: Verb, args: readonly unknown[]): boolean {
  return args.length <= verb.args.length && verb.args.every((check, index) => check(args[index]));
}

/** Milliseconds a call may take: what it asks for itself with `timeoutMs`, else the verb's limit. */
export function limitOf(verb: Verb, args: readonly unknown[]): number {
  const options = args.at(-1) as { timeoutMs?: unknown } | undefined;
  const own = typeof options === "object" && options !== null ? options.timeoutMs : undefined;
  return typeof own === "number" ? own : verb.limitMs;
}
