import type { FetchedIssue, IssueOrigin } from "../../../server/issues/records.ts";
import type { IssueComment } from "../../../shared/entities/issue.ts";

export const origin: IssueOrigin = {
  tenantId: "t1",
  projectId: "p1",
  linkId: "l1",
  provider: "github",
  syncId: "s1",
};

/** A fetched issue; `number` also sets when it was last changed, so that higher numbers are newer. */
export function fetchedIssue(number: number, change: Partial<FetchedIssue> = {}): FetchedIssue {
  const at = new Date(Date.parse("2026-01-01T00:00:00Z") + number * 60_000).toISOString();
  return {
    key: `#${number}`,
    externalId: String(number),
    title: `Issue ${number}`,
    body: "",
    status: "open",
    rawStatus: "open",
    category: null,
    labels: [],
    assignees: [],
    author: { id: "1", name: "mona" },
    milestone: null,
    url: `https://github.com/o/r/issues/${number}`,
    commentCount: 0,
    createdAt: at,
    updatedAt: at,
    closedAt: null,
    comments: [],
    ...change,
  };
}

export function comment(id: string, body: string): IssueComment {
  return {
    id,
    author: { id: "2", name: "hubot" },
    body,
    createdAt: "2026-02-01T00:00:00.000Z",
    updatedAt: "2026-02-01T00:00:00.000Z",
    fromCollaborator: true,
  };
}
