import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { people } from "./people.ts";
import { history, type DemoCommit } from "./repository-history.ts";

/**
 * Makes the demo's git repository: bare, so that branches can be pushed to it, with a short history on `main`. One that
 * is there already is left alone, with whatever was pushed to it.
 *
 * @param directory Where it is to be; its parent exists.
 */
export async function createDemoRepository(directory: string): Promise<void> {
  if (await exists(directory)) return;
  // Complete under another name first: an interrupted start leaves no half repository behind.
  const draft = await mkdtemp(join(dirname(directory), `.${basename(directory)}-`));
  try {
    await git(["init", "--quiet", "--bare", "--initial-branch=main", "--", draft]);
    await git(["-C", draft, "fast-import", "--quiet"], fastImport(history));
    await rename(draft, directory);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

/** The history as `git fast-import` reads it: https://git-scm.com/docs/git-fast-import */
function fastImport(commits: readonly DemoCommit[]): string {
  const data = (content: string): string => `data ${Buffer.byteLength(content)}\n${content}\n`;
  return commits
    .map(({ author, at, message, files }) => {
      const who = `${people[author]?.name ?? author} <${author}@example.com> ${Date.parse(at) / 1000} +0000`;
      const changes = Object.entries(files).map(([path, content]) => `M 100644 inline ${path}\n${data(content)}`);
      return `commit refs/heads/main\nauthor ${who}\ncommitter ${who}\n${data(message)}${changes.join("")}\n`;
    })
    .join("");
}

/** Runs git apart from the person's own configuration. */
async function git(args: string[], input = ""): Promise<void> {
  const env = { PATH: process.env["PATH"], GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  const child = spawn("git", args, { env, stdio: ["pipe", "ignore", "pipe"] });
  const complaint = text(child.stderr);
  const closed = once(child, "close") as Promise<[number | null]>;
  child.stdin.end(input);
  const [code] = await closed;
  if (code !== 0) throw new Error(`git ${args.join(" ")} failed: ${(await complaint).trim()}`);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}
