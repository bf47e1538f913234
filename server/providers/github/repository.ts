import { AppError } from "../../../shared/errors.ts";
import type { IssueRef } from "../tracker.ts";
import type { ListedIssue } from "./payloads.ts";

/** A repository's place, as octokit's placeholders name it. */
export interface Repository {
  owner: string;
  repo: string;
  [parameter: string]: string;
}

/** @throws AppError invalid_input for what is not owner/repository */
export function parseRepository(externalProject: string): Repository {
  const [, owner, repo] = /^([\w-]+)\/([\w.-]+)$/.exec(externalProject) ?? [];
  if (owner === undefined || repo === undefined || repo === "." || repo === "..") {
    throw new AppError(
      "invalid_input",
      `"${externalProject}" is no GitHub repository: write owner/repository, as octocat/hello-world.`,
    );
  }
  return { owner, repo };
}

/** @throws AppError invalid_input for what GitHub never called an issue */
export function issueNumber({ key }: Pick<IssueRef, "key">): number {
  const number = Number(/^#(\d{1,15})$/.exec(key)?.[1]);
  if (number >= 1) return number;
  throw new AppError("invalid_input", `"${key}" is no GitHub issue: write # and its number, as #12.`);
}

/** The repository's name by now, where an issue tells of another than was asked for (GitHub ignores case); else null. */
export function newName({ owner, repo }: Repository, issue: Pick<ListedIssue, "repository_url">): string | null {
  const [, name] = /\/repos\/([^/]+\/[^/]+)$/.exec(issue.repository_url) ?? [];
  if (name === undefined || name.toLowerCase() === `${owner}/${repo}`.toLowerCase()) return null;
  return name;
}
