import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import * as vscode from "vscode";
import type { Aiops } from "../aiops.ts";
import { withProgress, type Outcome } from "../progress.ts";
import type { ContextResult } from "../../shared/entities/context.ts";
import { isErrno } from "../errno.ts";
import type { Change } from "./previews.ts";
import { applyUnifiedDiff, diffOfFile } from "./unified-diff.ts";
import { issueOf } from "./targets.ts";

/** Writes AGENTS.override.md for an issue, after the person has seen what would change. */
export async function populateContext(aiops: Aiops, target: unknown): Promise<Outcome<ContextResult>> {
  const issue = await issueOf(aiops, target, vscode.l10n.t("Write which issue's context? Type to search"));
  if (issue === undefined) return { kind: "cancelled" };
  const collaboratorsOnly = vscode.workspace.getConfiguration("aiops").get("context.collaboratorsOnly", false);
  const ask = (preview: boolean): Promise<Outcome<ContextResult>> =>
    withProgress(
      preview
        ? vscode.l10n.t("Preparing the context of {0}", issue.key)
        : vscode.l10n.t("Writing the context of {0}", issue.key),
      () =>
        aiops.connection.request((client) => client.issues.writeContext({ id: issue.id, preview, collaboratorsOnly })),
    );
  const planned = await ask(true);
  if (planned.kind === "cancelled") return planned;
  const { diff = "" } = planned.value;
  if (diff === "") {
    void vscode.window.showInformationMessage(
      vscode.l10n.t("{0} holds the context of {1} already; nothing would change.", planned.value.path, issue.key),
    );
    return planned;
  }
  const title = vscode.l10n.t("{0} for {1}: now ↔ then", basename(planned.value.path), issue.key);
  const change = await changeOf(planned.value.path, diff);
  if (!(await aiops.previews.confirm(title, change, question(planned.value)))) return { kind: "cancelled" };
  const written = await ask(false);
  if (written.kind === "done") void announce(written.value);
  return written;
}

/** The file on both sides of the server's diff, which is about the files that lead tools to it as well. */
async function changeOf(path: string, diff: string): Promise<Change> {
  const before = await textOf(path);
  const fileName = basename(path);
  return { fileName, before, after: applyUnifiedDiff(before, diffOfFile(diff, fileName)) };
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isErrno(error, "ENOENT")) return "";
    throw error;
  }
}

/** Size, what was cut, what redaction replaced, and who must be restarted, in one sentence each. */
function question(result: ContextResult): string {
  const size = new Intl.NumberFormat(vscode.env.language, { maximumFractionDigits: 1 });
  const redacted = Object.entries(result.redactions).map(([kind, count]) => `${count} × ${kind}`);
  return [
    vscode.l10n.t(
      "Write {0}? {1} of {2} KiB.",
      result.path,
      size.format(result.bytes / 1024),
      size.format(result.budget / 1024),
    ),
    result.truncated.length === 0 ? "" : vscode.l10n.t("Cut to fit: {0}.", result.truncated.join("; ")),
    redacted.length === 0 ? "" : vscode.l10n.t("Replaced by redaction: {0}.", redacted.join(", ")),
    result.staleSessions.length === 0
      ? ""
      : vscode.l10n.t("{0} running sessions see it only after a restart.", result.staleSessions.length),
  ]
    .filter((part) => part !== "")
    .join(" ");
}

async function announce(result: ContextResult): Promise<void> {
  const open = vscode.l10n.t("Open File");
  const chosen = await vscode.window.showInformationMessage(vscode.l10n.t("Wrote {0}.", result.path), open);
  if (chosen === open) await vscode.window.showTextDocument(vscode.Uri.file(result.path));
}
