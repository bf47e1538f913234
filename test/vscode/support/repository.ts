import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Runs git in a folder and answers what it printed. */
export async function git(folder: string, ...args: string[]): Promise<string> {
  const { stdout } = await run("git", args, { cwd: folder });
  return stdout.trim();
}

/** A repository with one commit by Ada, a README and an AGENTS.md, to be cloned by its `file://` address. */
export async function makeRepository(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await git(folder, "init", "-q", "-b", "main");
  await git(folder, "config", "user.name", "Ada Lovelace");
  await git(folder, "config", "user.email", "ada@example.org");
  await writeFile(join(folder, "README.md"), "# Bernoulli\n\nNumbers by the engine.\n");
  await writeFile(join(folder, "AGENTS.md"), "# For agents\n\nRun `make test` before you commit.\n");
  await git(folder, "add", ".");
  await git(folder, "commit", "-q", "-m", "Compute the first seven numbers");
  return `file://${folder}`;
}
