import * as vscode from "vscode";
import type { OutboxItem } from "../../shared/entities/outbox.ts";
import { appendFact, ago, beginning, dateTime, oneLine, shortened, untrustedMarkdown } from "./text.ts";

const icons: Record<OutboxItem["status"], [icon: string, color: string | undefined]> = {
  queued: ["history", undefined],
  sending: ["sync~spin", undefined],
  conflict: ["git-merge", "charts.yellow"],
  failed: ["error", "errorForeground"],
  sent: ["check", undefined],
  withdrawn: ["circle-slash", undefined],
};

/** The line above the writes that have not arrived. */
export function outboxGroupItem(items: readonly OutboxItem[]): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t("Outbox"), vscode.TreeItemCollapsibleState.Expanded);
  const stuck = items.filter(({ status }) => status === "conflict" || status === "failed").length;
  item.id = "outbox";
  item.description = stuck === 0 ? String(items.length) : vscode.l10n.t("{0}, {1} need you", items.length, stuck);
  item.iconPath = new vscode.ThemeIcon("mail");
  item.contextValue = "outbox";
  item.tooltip = vscode.l10n.t("Writes that have not reached their tracker");
  return item;
}

/** A write on its way, with what can be done about it in its context value. */
export function writeItem(write: OutboxItem): vscode.TreeItem {
  const item = new vscode.TreeItem(`${write.issueKey ?? vscode.l10n.t("New issue")}: ${summary(write)}`);
  const [icon, color] = icons[write.status];
  item.id = `outbox/${write.id}`;
  item.description = `${statusName(write.status)} · ${ago(write.createdAt)}`;
  item.iconPath = new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));
  item.contextValue = `write.${write.status}`;
  item.tooltip = tooltip(write);
  if (write.issueId !== null) {
    item.command = {
      command: "aiops.openIssue",
      title: vscode.l10n.t("Open Issue"),
      arguments: [{ issueId: write.issueId }],
    };
  }
  return item;
}

function tooltip(write: OutboxItem): vscode.MarkdownString {
  const markdown = untrustedMarkdown();
  markdown.appendText(summary(write));
  appendFact(markdown, vscode.l10n.t("State"), statusName(write.status));
  if (write.error !== null) appendFact(markdown, vscode.l10n.t("Why"), write.error.message);
  if (write.nextAttemptAt !== null) {
    appendFact(markdown, vscode.l10n.t("Tried again"), dateTime(write.nextAttemptAt));
  }
  const body = "body" in write.write ? (write.write.body ?? "") : "";
  if (body !== "") markdown.appendMarkdown("\n\n---\n\n").appendText(beginning(body, 8, 500));
  return markdown;
}

/** What a write does, in a few words. */
export function summary({ write }: OutboxItem): string {
  if (write.kind === "create") return shortened(write.title, 60);
  if (write.kind === "comment") return vscode.l10n.t("comment “{0}”", shortened(oneLine(write.body), 50));
  const { title, body, status, rawStatus, labels, assignees } = write;
  return [
    title === undefined ? "" : vscode.l10n.t("title"),
    body === undefined ? "" : vscode.l10n.t("description"),
    rawStatus ?? status ?? "",
    labels === undefined ? "" : vscode.l10n.t("labels"),
    assignees === undefined ? "" : vscode.l10n.t("assignees"),
  ]
    .filter((part) => part !== "")
    .join(", ");
}

function statusName(status: OutboxItem["status"]): string {
  const names: Record<OutboxItem["status"], string> = {
    queued: vscode.l10n.t("queued"),
    sending: vscode.l10n.t("sending"),
    conflict: vscode.l10n.t("conflict"),
    failed: vscode.l10n.t("failed"),
    sent: vscode.l10n.t("sent"),
    withdrawn: vscode.l10n.t("withdrawn"),
  };
  return names[status];
}
