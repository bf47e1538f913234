import type { IssueProvider, ProviderIssue } from "../providers/provider.ts";
import type { IssueRef, IssueTracker } from "../providers/tracker.ts";

/** Up to so many are asked for one by one; more are looked for in a listing of their own. */
export const askedSingly = 20;

export interface ConfirmedUnseen {
  /** The lasting ids of those that the tracker has no more. */
  gone: string[];
  /** Those that are still there, as they are now. */
  present: ProviderIssue[];
}

/**
 * Tells what was deleted from what a listing merely missed: where pages are numbered, an issue deleted on a page that
 * was read already moves the later ones forward, and one of them slips past the reader. A provider that cannot be
 * asked is believed.
 *
 * @throws AppError what the provider throws; nothing is known then, so nothing may be removed
 */
export async function confirmUnseen(
  provider: IssueProvider,
  externalProject: string,
  unseen: readonly IssueRef[],
  signal: AbortSignal,
): Promise<ConfirmedUnseen> {
  const result: ConfirmedUnseen = { gone: [], present: [] };
  const tracker = isTracker(provider) ? provider : null;
  const listed = tracker && unseen.length > askedSingly ? await keysOf(tracker, externalProject, signal) : null;
  for (const ref of unseen) {
    // What two listings miss is gone; what the second one has, or what there was no second one for, is looked at.
    const asked = listed === null || listed.has(ref.externalId);
    const found = tracker && asked ? await tracker.getIssue(externalProject, ref, signal) : null;
    if (found !== null) result.present.push(found);
    // Its number may belong to another issue by now.
    if (found?.externalId !== ref.externalId) result.gone.push(ref.externalId);
  }
  return result;
}

async function keysOf(tracker: IssueTracker, externalProject: string, signal: AbortSignal): Promise<Set<string>> {
  const keys = new Set<string>();
  for await (const page of tracker.listKeys(externalProject, { signal })) for (const key of page) keys.add(key);
  return keys;
}

/** Whether the provider can do more than be read from end to end. */
export function isTracker(provider: IssueProvider): provider is IssueTracker {
  return "can" in provider && "getIssue" in provider && "listKeys" in provider;
}
