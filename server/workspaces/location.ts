import path from "node:path";
import { AppError } from "../../shared/errors.ts";
import { workspaceFolderName } from "../../shared/rules/names.ts";
import { sameRepository } from "../../shared/rules/repository-url.ts";
import type { HostUser } from "../host/host.ts";
import { isWithin } from "../host/safe-path.ts";
import { readRecord, writeRecord } from "./clone-record.ts";

/** What the service needs to know of a project. */
export interface WorkspaceProject {
  id: string;
  slug: string;
  tenantSlug: string;
  repositoryUrl: string;
  defaultBranch: string;
}

export interface WorkspaceConfig {
  /** Where a person's clones lie: absolute, or relative to their home; `workspace` unless told. */
  root?: string;
  /** Whether file:// repositories may be cloned: personal mode, or by configuration. */
  allowFile: boolean;
  /** The folder the server is installed in; never a workspace. */
  installation: string;
}

export interface Location {
  /** Where the clone is, or would be made. */
  path: string;
  exists: boolean;
  /** Both folders the clone could have are taken by something else. */
  taken: boolean;
}

const defaultRoot = "workspace";

/** The folder a person's clones lie in. @throws AppError `unsafe_path` where that is the server's own installation. */
export async function workspaceRoot(user: HostUser, config: WorkspaceConfig): Promise<string> {
  const root = path.resolve(user.home, config.root ?? defaultRoot);
  const real = (await user.files.realPath(root)) ?? root;
  if (isWithin(config.installation, real) || isWithin(config.installation, root)) {
    const message = `The workspace folder ${root} lies in the server's own installation (${config.installation}). Configure another workspace root.`;
    throw new AppError("unsafe_path", message);
  }
  return root;
}

/**
 * Finds a person's clone of a project: the folder named like the project, or, where another project's clone or
 * something else stands there, the one named `<tenant>--<project>`.
 */
export async function locate(user: HostUser, config: WorkspaceConfig, project: WorkspaceProject): Promise<Location> {
  const root = path.resolve(user.home, config.root ?? defaultRoot);
  const folders = [false, true].map((collides) =>
    path.join(root, workspaceFolderName(project.slug, project.tenantSlug, collides)),
  );
  // The first folder is looked at while the root is: nearly always it is the one.
  const [first = root] = folders;
  const [, found] = await Promise.all([workspaceRoot(user, config), standsAt(user, first)]);
  const free: string[] = [];
  for (const folder of folders) {
    if (isWithin(folder, config.installation)) continue;
    const { anything, clone } = folder === first ? found : await standsAt(user, folder);
    if (!anything) free.push(folder);
    else if (clone && (await isCloneOf(user, folder, project))) return { path: folder, exists: true, taken: false };
  }
  return { path: free[0] ?? first, exists: false, taken: free.length === 0 };
}

/** Records whose clone the folder is, and keeps what else is recorded there. */
export async function markClone(user: HostUser, clone: string, project: WorkspaceProject): Promise<void> {
  const before = await readRecord(user, clone);
  const owner = { projectId: project.id, project: fullName(project) };
  if (before && before.projectId === owner.projectId && before.project === owner.project) return;
  await writeRecord(user, clone, { issues: {}, ...before, ...owner });
}

/** Whether anything stands at a folder's name, and whether it could be a clone; links are not followed. */
async function standsAt(user: HostUser, folder: string): Promise<{ anything: boolean; clone: boolean }> {
  const [stat, git] = await Promise.all([user.files.stat(folder), user.files.stat(path.join(folder, ".git"))]);
  return { anything: stat !== null, clone: stat?.kind === "directory" && git?.kind === "directory" };
}

/**
 * By its record (by name too: ids change when a server is set up anew); a clone without one, made by hand or by a
 * server that was killed at the wrong moment, by its remote.
 */
async function isCloneOf(user: HostUser, folder: string, project: WorkspaceProject): Promise<boolean> {
  const record = await readRecord(user, folder);
  if (record) return record.projectId === project.id || record.project === fullName(project);
  const remote = await user.git.remoteUrl(folder);
  return remote !== null && project.repositoryUrl !== "" && sameRepository(remote, project.repositoryUrl);
}

function fullName(project: WorkspaceProject): string {
  return `${project.tenantSlug}/${project.slug}`;
}
