import type { ProviderName, StatusOverrides } from "../entities/connection.ts";
import type { IssueStatus } from "../entities/issue.ts";
import { foldStatus } from "./fold-status.ts";

const openPhrases = [
  "open",
  "opened",
  "todo",
  "to do",
  "doing",
  "backlog",
  "triage",
  "progress",
  "in progress",
  "review",
  "in review",
  "active",
  "blocked",
  "pending",
];

const closedPhrases = ["closed", "done", "resolved", "fixed", "complete", "merged", "shipped", "deployed", "cancelled"];

export interface StatusFacts {
  /** The provider's own word, as "In Review". */
  raw: string;
  /** What the provider's own category says, where it has one: see {@link providerCategory}. */
  category?: IssueStatus | null;
  /** The connection's own table; compared without case and outer space. */
  overrides?: StatusOverrides | undefined;
}

/**
 * Normalises a tracker's status, so that one Open filter shows everything actionable. In this order: the connection's
 * override; the provider's category; an exact phrase; closed before open where whole words of both occur; else open,
 * because an issue nobody can classify must not disappear from what is to be done.
 */
export function normaliseStatus({ raw, category, overrides }: StatusFacts): IssueStatus {
  const wanted = foldStatus(raw);
  if (overrides?.open.some((word) => foldStatus(word) === wanted)) return "open";
  if (overrides?.closed.some((word) => foldStatus(word) === wanted)) return "closed";
  if (category) return category;

  // No closed word stands in an open phrase today; the exact match comes first so that adding one keeps the order.
  const phrase = words(raw);
  if (openPhrases.some((open) => phrase === ` ${open} `)) return "open";
  return closedPhrases.some((closed) => phrase.includes(` ${closed} `)) ? "closed" : "open";
}

/**
 * What the provider's own category means, null where it has none or we do not know it.
 * GitHub: issue `state` (open, closed). GitLab: issue `state` (opened, closed).
 * Jira: `fields.status.statusCategory.key` (new, indeterminate, done; `undefined` is its word for "No Category").
 */
export function providerCategory(provider: ProviderName, value: string): IssueStatus | null {
  return categories[provider].get(value.toLowerCase()) ?? null;
}

const categories: Record<ProviderName, ReadonlyMap<string, IssueStatus>> = {
  github: new Map([
    ["open", "open"],
    ["closed", "closed"],
  ]),
  gitlab: new Map([
    ["opened", "open"],
    ["closed", "closed"],
  ]),
  jira: new Map([
    ["new", "open"],
    ["indeterminate", "open"],
    ["done", "closed"],
  ]),
};

/** Lower-case words between single spaces, with one at each end: "In-Progress" → " in progress ". */
function words(text: string): string {
  return ` ${foldStatus(text)
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter(Boolean)
    .join(" ")} `;
}
