import { neutraliseLine, neutraliseText } from "../../shared/rules/untrusted-text.ts";
import type { IssueComment, IssueWithComments } from "../../shared/entities/issue.ts";
import { textOf, type SectionComment } from "./issue-section.ts";

/** Of an issue, what the context shows; what a caller does not know may be left empty. */
export type ContextIssue = Pick<IssueWithComments, "id" | "key" | "title" | "body" | "url"> &
  Partial<
    Pick<
      IssueWithComments,
      "provider" | "status" | "rawStatus" | "labels" | "assignees" | "author" | "milestone" | "createdAt" | "updatedAt"
    >
  > & { comments: readonly IssueComment[] };

export interface ProjectFacts {
  name: string;
  repositoryUrl: string;
  defaultBranch: string;
}

export interface GitFacts {
  branch: string | null;
  ahead: number;
  behind: number;
  dirty: boolean;
  lastCommit: { sha: string; subject: string; author: string } | null;
}

export interface ContextSource {
  issue: ContextIssue;
  project?: ProjectFacts | undefined;
  git?: GitFacts | undefined;
  /** Whether only comments of the repository's own people are shown. */
  collaboratorsOnly?: boolean | undefined;
}

/** `name: value` lines about the issue, the project and the tree; each value one harmless, bounded line. */
export function issueFacts(source: ContextSource): string {
  const { issue, project, git } = source;
  const facts: [name: string, value: string, maxLength: number][] = [
    ["issue", issue.key, 100],
    ["title", issue.title, 300],
    ["status", statusOf(issue), 100],
    ["labels", (issue.labels ?? []).slice(0, 50).join(", "), 400],
    ["assignees", (issue.assignees ?? []).slice(0, 50).map(personOf).join(", "), 300],
    ["author", issue.author ? personOf(issue.author) : "", 100],
    ["milestone", issue.milestone ?? "", 200],
    ["created", issue.createdAt ?? "", 40],
    ["updated", issue.updatedAt ?? "", 40],
    ["link", webAddress(issue.url), 500],
    ["comments not shown", hiddenComments(source), 100],
    ["project", project?.name ?? "", 200],
    ["repository", project ? withoutCredentials(project.repositoryUrl) : "", 300],
    ["default branch", project?.defaultBranch ?? "", 200],
    ["branch", git ? (git.branch ?? "none checked out") : "", 200],
    ["working tree", git ? treeState(git) : "", 100],
    ["last commit", git?.lastCommit ? commitLine(git.lastCommit) : "", 300],
  ];
  return facts
    .map(([name, value, maxLength]) => [name, neutraliseLine(value, maxLength)] as const)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}

/**
 * The comments as they are shown, oldest first. Of many, only as many of the newest are made ready as could fit in
 * `budget` bytes; `commentCount` counts them all.
 */
export function sectionComments(
  source: ContextSource,
  budget: number,
): { comments: SectionComment[]; commentCount: number } {
  const shown = shownComments(source).toSorted((a, b) => a.createdAt.localeCompare(b.createdAt));
  const comments: SectionComment[] = [];
  let bytes = 0;
  for (let index = shown.length - 1; index >= 0 && bytes <= budget; index -= 1) {
    const comment = shown[index];
    if (!comment) break;
    const by = neutraliseLine(`by ${personOf(comment.author)}, ${comment.createdAt}`, 200);
    const text = textOf(`${by}\n\n${neutraliseText(comment.body).trim()}`);
    bytes += text.total;
    comments.unshift({ number: index + 1, ...text });
  }
  return { comments, commentCount: shown.length };
}

function shownComments(source: ContextSource): readonly IssueComment[] {
  const { comments } = source.issue;
  return source.collaboratorsOnly === true ? comments.filter((comment) => comment.fromCollaborator) : comments;
}

function hiddenComments(source: ContextSource): string {
  const hidden = source.issue.comments.length - shownComments(source).length;
  return hidden === 0 ? "" : `${String(hidden)} by people who are not collaborators`;
}

function statusOf(issue: ContextIssue): string {
  const { status = "", rawStatus = "" } = issue;
  return rawStatus === "" || rawStatus.toLowerCase() === status ? status : `${status} (${rawStatus})`;
}

function personOf(person: { id: string; name: string }): string {
  return person.name === "" ? person.id : person.name;
}

function commitLine(commit: { sha: string; subject: string; author: string }): string {
  return `${commit.sha.slice(0, 12)} ${commit.subject} (${commit.author})`;
}

function treeState(git: GitFacts): string {
  const distance = `${String(git.ahead)} ahead, ${String(git.behind)} behind`;
  return `${git.dirty ? "uncommitted changes" : "clean"}, ${distance}`;
}

/** Only web addresses are offered as a link; their at signs are escaped, so that the link still works. */
function webAddress(text: string): string {
  const url = URL.parse(text);
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) return "";
  url.username = "";
  url.password = "";
  return url.href.replaceAll("@", "%40");
}

/** The address of a repository without the user and token that may stand in it. */
function withoutCredentials(address: string): string {
  const url = URL.parse(address);
  if (!url) return address;
  if (url.protocol !== "ssh:") url.username = "";
  url.password = "";
  return url.href;
}
