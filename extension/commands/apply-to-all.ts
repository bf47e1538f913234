import * as vscode from "vscode";
import type { Aiops } from "../aiops.ts";
import { withProgress, type Outcome } from "../progress.ts";
import type { Client } from "../../shared/contract/client.ts";
import type { Issue } from "../../shared/entities/issue.ts";
import { AppError, errorMessage } from "../../shared/errors.ts";
import type { Able, Skipped } from "./able.ts";

/** Writes on their way at a time: the server shares a tracker's limits out, this keeps the cancel button quick. */
const atOnce = 4;

export interface Applied {
  done: number;
  /** Kept until the tracker can be reached. */
  queued: number;
  failures: { issue: Issue; error: AppError }[];
  /** Not tried: it could not be done, or need not. */
  skipped: readonly Skipped[];
}

/**
 * Does the same with every issue, with progress and a cancel button that leaves the rest undone; one that fails stops
 * none of the others. A single issue's failure is thrown, those of several are summed up.
 * @param change answers the status: 202 where the outbox keeps the write
 */
export async function applyToAll(
  aiops: Aiops,
  { issues, skipped }: Able,
  title: string,
  change: (client: Client, issue: Issue) => Promise<{ status: number }>,
): Promise<Outcome<Applied>> {
  const applied: Applied = { done: 0, queued: 0, failures: [], skipped };
  const outcome = await withProgress(title, async (report, signal) => {
    const rest = [...issues];
    let over = 0;
    const work = async (): Promise<void> => {
      for (let issue = rest.shift(); issue !== undefined && !signal.aborted; issue = rest.shift()) {
        report({ step: issue.key, done: over, total: issues.length });
        await applyTo(aiops, issue, change, applied);
        over += 1;
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, issues.length) }, work));
    return applied;
  });
  const [first] = applied.failures;
  if (issues.length === 1 && skipped.length === 0 && first !== undefined) throw first.error;
  tell(aiops, title, applied, issues.length);
  return outcome;
}

async function applyTo(
  aiops: Aiops,
  issue: Issue,
  change: (client: Client, issue: Issue) => Promise<{ status: number }>,
  applied: Applied,
): Promise<void> {
  try {
    const { status } = await aiops.connection.request((client) => change(client, issue));
    if (status === 202) applied.queued += 1;
    else applied.done += 1;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // What the account may do has shrunk: the tree should not offer it any longer.
    if (error.code === "provider_forbidden") aiops.model.abilities.invalidate();
    applied.failures.push({ issue, error });
  }
}

/** What became of it, where that is not plain to see. */
function tell({ log }: Aiops, title: string, { done, queued, failures, skipped }: Applied, total: number): void {
  for (const { issue, error } of failures) log.warn(`${title}: ${issue.key}: ${error.message}`);
  const parts: string[] = [];
  if (failures.length > 0) {
    const reasons = failures.map(({ issue, error }) => `${issue.key}: ${errorMessage(error)}`);
    parts.push(vscode.l10n.t("{0} of {1} failed. {2}", failures.length, total, firstOf(reasons)));
  }
  if (queued > 0) {
    parts.push(vscode.l10n.t("{0} sent, {1} in the outbox until the tracker can be reached.", done, queued));
  }
  if (skipped.length > 0) {
    const reasons = skipped.map(({ issue, why }) => `${issue.key} ${why}.`);
    parts.push(vscode.l10n.t("{0} skipped. {1}", skipped.length, firstOf(reasons)));
  }
  const text = `${title}: ${parts.join(" ")}`;
  if (failures.length > 0) void vscode.window.showErrorMessage(text);
  else if (skipped.length > 0) void vscode.window.showWarningMessage(text);
  else if (queued > 0) void vscode.window.showInformationMessage(text);
  else vscode.window.setStatusBarMessage(`$(check) ${title}`, 3000);
}

/** The first sentences, and how many there are besides. */
function firstOf(sentences: readonly string[]): string {
  const shown = sentences.slice(0, 3).join(" ");
  return sentences.length <= 3 ? shown : `${shown} ${vscode.l10n.t("And {0} more.", sentences.length - 3)}`;
}
