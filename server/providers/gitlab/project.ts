import { AppError } from "../../../shared/errors.ts";
import type { IssueRef } from "../tracker.ts";

/**
 * A project's path with its groups, checked: gitbeaker takes anything, and lists all of GitLab's issues where it is empty.
 *
 * @throws AppError invalid_input for what is not group/project
 */
export function parseProject(externalProject: string): string {
  const parts = externalProject.split("/");
  // https://docs.gitlab.com/user/reserved_names/#rules-for-usernames-project-and-group-names-and-slugs
  const isPath = parts.length >= 2 && parts.every((part) => /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(part));
  if (isPath && externalProject.length <= 1000) return externalProject;
  throw new AppError(
    "invalid_input",
    `"${externalProject.slice(0, 100)}" is no GitLab project: write group/project, with all groups it is in, as ` +
      "acme/tools/widgets.",
  );
}

/** @throws AppError invalid_input for what GitLab never called an issue */
export function issueNumber({ key }: Pick<IssueRef, "key">): number {
  const number = Number(/^#(\d{1,15})$/.exec(key)?.[1]);
  if (number >= 1) return number;
  throw new AppError("invalid_input", `"${key.slice(0, 100)}" is no GitLab issue: write # and its number, as #12.`);
}

/** Whether two paths name the same project: GitLab ignores case. */
export function isSameProject(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
