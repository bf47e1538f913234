import * as vscode from "vscode";
import type { Aiops } from "../aiops.ts";
import type { OutboxItem } from "../../shared/entities/outbox.ts";
import { AppError } from "../../shared/errors.ts";
import { summary } from "../views/outbox-item.ts";
import { idOf, isConfirmed } from "./targets.ts";

/** Sends a write now instead of at its time. */
export async function retryWrite(aiops: Aiops, target: unknown): Promise<void> {
  const write = await writeOf(aiops, target);
  if (write !== undefined) await aiops.connection.request((client) => client.outbox.retry({ id: write.id }));
}

/** Leads to where a write is changed and its conflict settled: its issue's page, or its own where there is no issue yet. */
export async function editWrite(aiops: Aiops, target: unknown): Promise<void> {
  const write = await writeOf(aiops, target);
  if (write === undefined) return;
  if (write.issueId !== null) {
    await aiops.panels.open(write.issueId);
    return;
  }
  await aiops.panels.openWrite(write.id);
}

/** Withdraws a write that was not sent, after a question: it is nowhere else. */
export async function discardWrite(aiops: Aiops, target: unknown): Promise<void> {
  const write = await writeOf(aiops, target);
  if (write === undefined) return;
  const discard = vscode.l10n.t("Delete");
  const chosen = isConfirmed(target)
    ? discard
    : await vscode.window.showWarningMessage(
        vscode.l10n.t("Delete “{0}” without sending it?", summary(write)),
        { modal: true },
        discard,
      );
  if (chosen === discard) await aiops.connection.request((client) => client.outbox.remove({ id: write.id }));
}

async function writeOf({ model }: Aiops, target: unknown): Promise<OutboxItem | undefined> {
  const id = idOf(target, "writeId");
  if (id !== undefined) return model.outbox.get(id);
  const pending = model.pending();
  if (pending.length === 0) {
    throw new AppError("not_found", vscode.l10n.t("The outbox is empty: everything has reached its tracker."));
  }
  const items = pending.map((write) => ({ label: summary(write), description: write.issueKey ?? "", write }));
  const placeHolder = vscode.l10n.t("Which write?");
  return (await vscode.window.showQuickPick(items, { placeHolder, matchOnDescription: true }))?.write;
}
