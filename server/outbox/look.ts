import type { IssueComment } from "../../shared/entities/issue.ts";
import type { ProviderIssue } from "../providers/provider.ts";
import type { IssueRef, IssueTracker } from "../providers/tracker.ts";
import { sameWords } from "./merge.ts";
import type { OutboxRecord } from "./records.ts";

/** Milliseconds that the tracker's clock may be behind ours. */
const clockTolerance = 10 * 60_000;

export interface LookOptions {
  tracker: IssueTracker;
  externalProject: string;
  record: OutboxRecord;
  /** Whether a comment or issue of the tracker is known to have come of another write. */
  isClaimed: (resultId: string) => boolean;
  signal: AbortSignal;
}

/** The earliest time, by the tracker's clock, at which what was attempted can have been made. */
export function earliest({ attemptedAt, createdAt }: OutboxRecord): string {
  return new Date(Date.parse(attemptedAt ?? createdAt) - clockTolerance).toISOString();
}

/**
 * Looks whether a comment arrived although no answer came: one with the same words, made since, that was not there before
 * and came of no other write.
 * @param issue the issue as the tracker has it now
 */
export function arrivedComment(
  issue: ProviderIssue,
  { record, isClaimed }: Pick<LookOptions, "record" | "isClaimed">,
): IssueComment | undefined {
  const { attempted, known } = record;
  if (attempted?.kind !== "comment") return undefined;
  const from = earliest(record);
  return issue.comments.find(
    ({ id, body, createdAt }) =>
      new Date(createdAt).toISOString() >= from &&
      !known.includes(id) &&
      sameWords(body, attempted.body) &&
      !isClaimed(id),
  );
}

/** Whether this issue may be what a write that got no answer made. */
export function mayBeMade(
  issue: Pick<ProviderIssue, "externalId" | "title" | "body" | "createdAt">,
  { record, isClaimed }: Pick<LookOptions, "record" | "isClaimed">,
): boolean {
  const { attempted, known } = record;
  return (
    attempted?.kind === "create" &&
    new Date(issue.createdAt).toISOString() >= earliest(record) &&
    !known.includes(issue.externalId) &&
    sameWords(issue.title, attempted.title) &&
    sameWords(issue.body, attempted.body) &&
    !isClaimed(issue.externalId)
  );
}

/**
 * Looks whether an issue was made although no answer came.
 * @param since where the last sync ended: what it brought is in the store, which is asked first
 * @param stored those the store has that may be it
 */
export async function arrivedIssue(
  options: LookOptions & { since: string | undefined; stored: readonly IssueRef[] },
): Promise<ProviderIssue | undefined> {
  const { tracker, externalProject, signal, since, stored } = options;
  for (const ref of stored) {
    const issue = await tracker.getIssue(externalProject, ref, signal);
    if (issue !== null && mayBeMade(issue, options)) return issue;
  }
  for await (const page of tracker.listIssues(externalProject, { signal, since })) {
    const found = page.find((issue) => mayBeMade(issue, options));
    if (found !== undefined) return found;
  }
  return undefined;
}
