import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type {
  AuthorAssociation,
  CommentData,
  IssueData,
  LabelData,
  MilestoneData,
  RepositoryData,
} from "../../test/fixtures/github/model.ts";
import { people } from "./people.ts";

const issueHead = z.strictObject({
  number: z.int(),
  title: z.string(),
  author: z.string(),
  at: z.iso.datetime(),
  labels: z.array(z.string()).default([]),
  assignees: z.array(z.string()).default([]),
  milestone: z.string().nullable().default(null),
  closed: z.iso.datetime().nullable().default(null),
  pull: z.enum(["merged", "closed", "open"]).optional(),
});

const commentHead = z.strictObject({ author: z.string(), at: z.iso.datetime() });

/**
 * The demo's repository as a tracker has it. Its issues are written down in Markdown: a line
 * `<!-- issue {…} -->` or `<!-- comment {…} -->` begins one, what follows is its text.
 */
export async function demoTrackerData(): Promise<RepositoryData> {
  const folder = join(import.meta.dirname, "issues");
  const files = (await readdir(folder)).filter((name) => name.endsWith(".md"));
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), "utf8")));
  const issues = texts.flatMap(parseIssues).sort((a, b) => a.number - b.number);
  return {
    owner: "aiops",
    name: "aiops",
    description: "A control plane for issues, workspaces and AI sessions inside VS Code",
    defaultBranch: "main",
    private: false,
    createdAt: "2025-08-28T08:00:00Z",
    labels,
    milestones,
    issues,
  };
}

/** @throws {z.ZodError} where a head is not as it should be. */
export function parseIssues(text: string): IssueData[] {
  const parts = text.split(/^<!-- (issue|comment) (\{.*\}) -->$/m).slice(1);
  const issues: IssueData[] = [];
  for (let index = 0; index + 2 < parts.length; index += 3) {
    const [kind, head = "", body = ""] = parts.slice(index, index + 3);
    if (kind === "issue") {
      issues.push(toIssue(issueHead.parse(JSON.parse(head)), body.trim()));
      continue;
    }
    const issue = issues.at(-1);
    if (!issue) throw new Error(`a comment stands before the first issue: ${head}`);
    const comment = toComment(commentHead.parse(JSON.parse(head)), body.trim());
    issue.comments.push(comment);
    if (comment.createdAt > issue.updatedAt) issue.updatedAt = comment.createdAt;
  }
  return issues;
}

function toIssue({ at, closed, pull, ...head }: z.infer<typeof issueHead>, body: string): IssueData {
  return {
    ...head,
    body,
    state: closed === null ? "open" : "closed",
    authorAssociation: associationOf(head.author),
    createdAt: at,
    updatedAt: closed ?? at,
    closedAt: closed,
    comments: [],
    ...(pull && { pullRequest: { mergedAt: pull === "merged" ? closed : null } }),
  };
}

function toComment({ author, at }: z.infer<typeof commentHead>, body: string): CommentData {
  return { author, authorAssociation: associationOf(author), body, createdAt: at, updatedAt: at };
}

function associationOf(login: string): AuthorAssociation {
  const person = people[login];
  if (!person) throw new Error(`the demo knows nobody called ${login}`);
  return person.association;
}

const labels: LabelData[] = [
  { name: "accessibility", description: "Usable without mouse or sight", color: "5319e7" },
  { name: "audit", description: "Who did what, and when", color: "bfd4f2" },
  { name: "bug", description: "Something is not as promised", color: "d73a4a" },
  { name: "context", description: "What an agent is told", color: "c5def5" },
  { name: "enhancement", description: "Something new or better", color: "a2eeef" },
  { name: "good first issue", description: "A good place to begin", color: "7057ff" },
  { name: "performance", description: "Time and memory", color: "fbca04" },
  { name: "providers", description: "GitHub, GitLab, Jira", color: "0e8a16" },
  { name: "question", description: "Somebody wants to know", color: "d876e3" },
  { name: "reliability", description: "Faults, restarts, power cuts", color: "b60205" },
  { name: "search", description: "Finding issues", color: "006b75" },
  { name: "security", description: "What an attacker would try", color: "ee0701" },
  { name: "sessions", description: "AI sessions in tmux", color: "1d76db" },
  { name: "views", description: "What is seen in VS Code", color: "f9d0c4" },
  { name: "workspaces", description: "Clones, branches, worktrees", color: "0052cc" },
];

const milestones: MilestoneData[] = [
  { number: 1, title: "0.1", description: "A first tree", state: "closed", dueOn: "2025-09-12T00:00:00Z" },
  { number: 2, title: "0.2", description: "The main job", state: "open", dueOn: "2025-10-10T00:00:00Z" },
  { number: 3, title: "0.3", description: "Faults that must not hurt", state: "open", dueOn: "2025-11-28T00:00:00Z" },
  { number: 4, title: "1.0", description: "Every tracker, both ways", state: "open", dueOn: null },
];
