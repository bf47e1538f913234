import * as vscode from "vscode";
import type { Trouble } from "../model/syncs.ts";
import { ago, appendFact, appendLine, dateTime, oneLine, untrustedMarkdown } from "./text.ts";

/** Failures that another token mends. */
const ofToken = new Set(["provider_unauthorized", "provider_forbidden", "provider_not_found", "secret_unreadable"]);

/** Whether a trouble is one of the token, not of the way to the tracker. */
export function isOfToken({ code }: Trouble): boolean {
  return ofToken.has(code);
}

/** What is wrong, in a few words. */
export function troubleWords({ code, message }: Trouble): string {
  switch (code) {
    case "provider_unauthorized":
      return vscode.l10n.t("the tracker refuses the token");
    case "provider_forbidden":
      return vscode.l10n.t("the token may not read the issues");
    case "provider_not_found":
      return vscode.l10n.t("the tracker shows the token no such project");
    case "provider_rate_limited":
      return vscode.l10n.t("the tracker has had enough requests for now");
    case "provider_failed":
    case "timeout":
    case "unavailable":
      return vscode.l10n.t("the tracker can't be reached");
    default:
      return oneLine(message);
  }
}

/** How old what is shown is. */
export function lastRead(syncedAt: string | null): string {
  return syncedAt === null ? vscode.l10n.t("never read") : vscode.l10n.t("last read {0}", ago(syncedAt));
}

/** The troubles in one line, for the head of a view; undefined where all is well. */
export function troubleMessage(troubles: readonly Trouble[]): string | undefined {
  const [first, ...more] = troubles;
  if (first === undefined) return undefined;
  if (more.length === 0) {
    return vscode.l10n.t(
      "{0}: {1}. Its issues were {2}.",
      oneLine(first.externalProject),
      troubleWords(first),
      lastRead(first.syncedAt),
    );
  }
  return vscode.l10n.t(
    "{0} trackers' projects can't be read. The oldest issues were {1}.",
    troubles.length,
    lastRead(oldest(troubles)),
  );
}

/** The earliest time of them; null where one was never read. */
export function oldest(troubles: readonly Trouble[]): string | null {
  return troubles
    .map(({ syncedAt }) => syncedAt)
    .reduce((one, other) => (one === null || other === null ? null : one < other ? one : other));
}

/**
 * A tracker's project that can't be read, as a line above the issues; a click does what helps.
 * @param mayChangeToken whether the person may give the connection another token
 */
export function troubleItem(trouble: Trouble, projectName: string, mayChangeToken: boolean): vscode.TreeItem {
  const { linkId, projectId, externalProject, message, syncedAt } = trouble;
  const words = troubleWords(trouble);
  const update = isOfToken(trouble) && mayChangeToken;
  const help = update
    ? { command: "aiops.updateToken", title: vscode.l10n.t("Update token") }
    : { command: "aiops.syncProject", title: vscode.l10n.t("Sync now") };
  const item = new vscode.TreeItem(`${help.title}: ${oneLine(externalProject)}`);
  item.id = `trouble/${linkId}`;
  item.description = `${words} · ${lastRead(syncedAt)}`;
  item.iconPath = new vscode.ThemeIcon("warning", new vscode.ThemeColor("list.warningForeground"));
  item.contextValue = update ? "trouble.token" : "trouble.sync";
  item.command = { ...help, arguments: [{ projectId, linkId }] };
  item.tooltip = untrustedMarkdown();
  appendLine(item.tooltip, message);
  appendFact(item.tooltip, vscode.l10n.t("Project"), projectName);
  appendFact(
    item.tooltip,
    vscode.l10n.t("Last read"),
    syncedAt === null ? vscode.l10n.t("never") : `${dateTime(syncedAt)} (${ago(syncedAt)})`,
  );
  item.accessibilityInformation = {
    label: [oneLine(externalProject), words, lastRead(syncedAt), help.title].join(", "),
    role: "button",
  };
  return item;
}
