import * as vscode from "vscode";
import type { Aiops } from "../aiops.ts";
import { withProgress, type Outcome } from "../progress.ts";
import type { Client } from "../../shared/contract/client.ts";
import type { Issue } from "../../shared/entities/issue.ts";
import { AppError, errorMessage } from "../../shared/errors.ts";

/** Writes on their way at a time: the server shares a tracker's limits out, this keeps the cancel button quick. */
const atOnce = 4;

export interface Applied {
  done: number;
  /** Kept until the tracker can be reached. */
  queued: number;
  failures: { issue: Issue; error: AppError }[];
}

/**
 * Does the same with every issue, with progress and a cancel button that leaves the rest undone; one that fails stops
 * none of the others. A single issue's failure is thrown, those of several are summed up.
 * @param change answers the status: 202 where the outbox keeps the write
 */
export async function applyToAll(
  aiops: Aiops,
  issues: readonly Issue[],
  title: string,
  change: (client: Client, issue: Issue) => Promise<{ status: number }>,
): Promise<Outcome<Applied>> {
  const applied: Applied = { done: 0, queued: 0, failures: [] };
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
  if (issues.length === 1 && first !== undefined) throw first.error;
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
    applied.failures.push({ issue, error });
  }
}

/** What became of it, where that is not plain to see. */
function tell({ log }: Aiops, title: string, { done, queued, failures }: Applied, total: number): void {
  if (failures.length > 0) {
    for (const { issue, error } of failures) log.warn(`${title}: ${issue.key}: ${error.message}`);
    const shown = failures.slice(0, 3).map(({ issue, error }) => `${issue.key}: ${errorMessage(error)}`);
    const more = failures.length > shown.length ? vscode.l10n.t(" And {0} more.", failures.length - shown.length) : "";
    void vscode.window.showErrorMessage(
      vscode.l10n.t("{0}: {1} of {2} failed. {3}{4}", title, failures.length, total, shown.join(" "), more),
    );
  }
  if (queued > 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t("{0}: {1} sent, {2} in the outbox until the tracker can be reached.", title, done, queued),
    );
  } else if (failures.length === 0) {
    vscode.window.setStatusBarMessage(`$(check) ${title}`, 3000);
  }
}
