import { randomBytes } from "node:crypto";
import path from "node:path";
import { AppError } from "../../shared/errors.ts";
import { validateBranchName } from "../../shared/rules/names.ts";
import { validateRepositoryUrl } from "../../shared/rules/repository-url.ts";
import type { HostFiles } from "./files.ts";
import type { GitClient } from "./git-client.ts";
import type { CloneOptions } from "./git.ts";
import { endMarked } from "./marked-processes.ts";

const cloneTimeoutMs = 300_000;

/** Clones into a temporary sibling and renames it: the target is there completely, or not at all. */
export async function cloneWith(
  run: GitClient,
  files: HostFiles,
  url: string,
  target: string,
  options: CloneOptions,
): Promise<void> {
  const { branch, allowFile = false, timeoutMs = cloneTimeoutMs, ...call } = options;
  const { url: address } = validateRepositoryUrl(url, { allowFile });
  if (branch !== undefined) validateBranchName(branch);
  if (await files.exists(target)) {
    throw new AppError("conflict", `${target} exists already; rename or remove it, then try again.`);
  }
  const root = path.dirname(target);
  await removeLeftovers(files, target);
  const temporary = path.join(root, `${temporaryPrefix(target)}${randomBytes(6).toString("hex")}`);
  const args = [
    "clone",
    "--progress",
    "--no-local",
    "--origin",
    "origin",
    ...(branch === undefined ? [] : ["--branch", branch]),
  ];
  try {
    await run([...args, "--", address, temporary], {
      cwd: root,
      timeoutMs,
      allowFile,
      mark: temporary,
      ...call,
    });
    await files.rename(temporary, target, { root });
  } catch (error) {
    await endMarked(temporary);
    await files.removeTree(temporary, { root });
    throw error;
  }
}

function temporaryPrefix(target: string): string {
  return `.${path.basename(target)}.cloning-`;
}

/** What a server that was killed in the middle of this clone left: a folder, perhaps with git still writing to it. */
async function removeLeftovers(files: HostFiles, target: string): Promise<void> {
  const root = path.dirname(target);
  for (const { name } of await files.list(root, { root })) {
    if (!name.startsWith(temporaryPrefix(target))) continue;
    const leftover = path.join(root, name);
    await endMarked(leftover);
    await files.removeTree(leftover, { root });
  }
}
