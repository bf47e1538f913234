import { AppError } from "../errors.ts";

/** Names of branches, folders and tmux sessions made from what people and trackers call things. */

const maxWords = 50;
const maxBranchBytes = 240;

/** Lower-case ASCII letters, digits and single dashes; empty where nothing of the text can be kept. */
export function slugify(text: string, maxLength = 63): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, maxLength)
    .replace(/^-|-$/g, "");
}

/** As a slug, with the letters and digits of every script kept: git and file systems take them. */
function dashed(text: string): string {
  const words = text
    .normalize("NFC")
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, "-");
  return Array.from(words.replace(/^-/, "")).slice(0, maxWords).join("").replace(/-$/, "");
}

/** The key as one safe part of a path or branch: `#12` → `12`, `PROJ-12` stays, `group/app#12` → `group-app-12`. */
export function safeKey(issueKey: string): string {
  const safe = issueKey
    .normalize("NFC")
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
  return Array.from(safe).slice(0, maxWords).join("").replace(/-$/, "") || "issue";
}

/** `issue/<number or key>-<words of the title>`, always a name git takes. */
export function issueBranchName(issueKey: string, title: string): string {
  const words = dashed(title);
  return `issue/${safeKey(issueKey)}${words === "" ? "" : `-${words}`}`;
}

// oxlint-disable-next-line no-control-regex -- control characters are exactly what git refuses
const refusedInBranch = /[\u0000-\u0020\u007F~^:?*[\\]/;

/**
 * Checks a branch name by the rules of `git check-ref-format --branch` (git-check-ref-format(1)).
 * @throws AppError `invalid_input`, saying what is wrong with it.
 */
export function validateBranchName(branch: string): string {
  const wrong = wrongWithBranch(branch);
  if (wrong === null) return branch;
  throw new AppError("invalid_input", `${JSON.stringify(branch)} cannot be a branch name: ${wrong}.`, {
    errors: [{ path: "branch", message: wrong }],
  });
}

function wrongWithBranch(branch: string): string | null {
  if (branch === "") return "it is empty";
  if (new TextEncoder().encode(branch).length > maxBranchBytes) return `it is longer than ${maxBranchBytes} bytes`;
  if (branch === "@" || branch === "HEAD") return "git keeps that name for itself";
  if (branch.startsWith("-")) return "it starts with a dash";
  if (refusedInBranch.test(branch)) return "spaces, control characters and ~ ^ : ? * [ \\ are not allowed";
  if (branch.includes("..") || branch.includes("@{")) return "it contains .. or @{";
  if (branch.endsWith(".")) return "it ends with a dot";
  for (const part of branch.split("/")) {
    if (part === "") return "it has an empty part between slashes";
    if (part.startsWith(".") || part.endsWith(".lock")) return "a part of it starts with a dot or ends in .lock";
  }
  return null;
}

/** The folder of a project's clone: its slug, with the tenant's before it where two projects would share a folder. */
export function workspaceFolderName(projectSlug: string, tenantSlug: string, collides: boolean): string {
  return collides ? `${tenantSlug}--${projectSlug}` : projectSlug;
}

/** The folder of a worktree beside the clone: `<clone folder>@<issue key>`. */
export function worktreeFolderName(cloneFolder: string, issueKey: string): string {
  return `${cloneFolder}@${safeKey(issueKey)}`;
}

export interface SessionNameParts {
  projectSlug: string;
  tool: string;
  issueKey?: string;
  /** Tells sessions of the same tool, project and issue apart: letters and digits. */
  unique: string;
  projectId: string;
}

/** A tmux session's name ending in `-p<project id>`; tmux turns `.` and `:` into `_`, so neither is in it. */
export function sessionName({ projectSlug, tool, issueKey, unique, projectId }: SessionNameParts): string {
  const parts = [
    slugify(projectSlug, 30),
    issueKey === undefined ? "" : slugify(safeKey(issueKey), 20),
    slugify(tool, 20),
  ];
  return `${[...parts, unique].filter((part) => part !== "").join("-")}-p${projectId}`;
}

/** A name of a Linux account, as useradd(8) takes it by default. */
export const linuxUserName = /^[a-z_][a-z0-9_-]{0,31}$/;
