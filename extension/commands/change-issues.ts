import * as vscode from "vscode";
import type { Aiops } from "../aiops.ts";
import type { Outcome } from "../progress.ts";
import type { Issue } from "../../shared/entities/issue.ts";
import { oneLine } from "../views/text.ts";
import { applyToAll, type Applied } from "./apply-to-all.ts";
import { whereAble } from "./able.ts";
import { issuesOf } from "./targets.ts";

type Result = Promise<Outcome<Applied>>;
const cancelled = { kind: "cancelled" } as const;

/** Leads to a new comment on an issue's page; of several chosen issues each gets the same one. */
export async function commentIssue(aiops: Aiops, target: unknown, all: unknown): Promise<Outcome<Applied | undefined>> {
  const targets = await issuesOf(aiops, target, all, vscode.l10n.t("Comment on which issue? Type to search"));
  if (targets.length === 0) return cancelled;
  const able = await whereAble(aiops, targets, "comment");
  const { issues } = able;
  const [only, ...more] = issues;
  if (only !== undefined && more.length === 0 && able.skipped.length === 0) {
    await aiops.panels.open(only.id, { writeComment: true });
    return { kind: "done", value: undefined };
  }
  const body = await vscode.window.showInputBox({
    title: vscode.l10n.t("Comment on {0}", named(issues)),
    prompt: vscode.l10n.t("Markdown. Each of them gets it."),
    ignoreFocusOut: true,
  });
  if (body === undefined || body.trim() === "") return cancelled;
  return applyToAll(aiops, able, vscode.l10n.t("Comment on {0}", named(issues)), (client, { id }) =>
    client.issues.comment({ id, body }),
  );
}

/** Closes every chosen issue, or opens it again; asks where a tracker has several states for that. */
export async function changeStatus(aiops: Aiops, target: unknown, all: unknown, status: Issue["status"]): Result {
  const placeholder =
    status === "closed"
      ? vscode.l10n.t("Close which issue? Type to search")
      : vscode.l10n.t("Reopen which issue? Type to search");
  const targets = await issuesOf(aiops, target, all, placeholder);
  if (targets.length === 0) return cancelled;
  const already = status === "closed" ? vscode.l10n.t("is closed already") : vscode.l10n.t("is open already");
  const able = await whereAble(aiops, targets, "changeStatus", (issue) =>
    issue.status === status ? already : undefined,
  );
  const { issues } = able;
  const title =
    status === "closed" ? vscode.l10n.t("Close {0}", named(issues)) : vscode.l10n.t("Reopen {0}", named(issues));
  // A tracker with several states that close asks which; issues that can't go there say so themselves.
  const states = (await choicesOf(aiops, issues)).flatMap((choices) => choices.statuses);
  const names = [...new Set(states.filter((state) => state.status === status).map(({ name }) => name))];
  const chosen = names.length > 1 ? await vscode.window.showQuickPick(names, { title }) : undefined;
  if (names.length > 1 && chosen === undefined) return cancelled;
  return applyToAll(aiops, able, title, (client, { id }) =>
    client.issues.update({ id, status, ...(chosen !== undefined && { rawStatus: chosen }) }),
  );
}

interface ChoiceItem extends vscode.QuickPickItem {
  value: string;
}

/** Changes the labels of every chosen issue: what is ticked is added, what is unticked is taken away, others stay. */
export async function labelIssue(aiops: Aiops, target: unknown, all: unknown): Result {
  const targets = await issuesOf(aiops, target, all, vscode.l10n.t("Label which issue? Type to search"));
  if (targets.length === 0) return cancelled;
  const able = await whereAble(aiops, targets, "label");
  const { issues } = able;
  const title = vscode.l10n.t("Label {0}", named(issues));
  const offered = (await choicesOf(aiops, issues)).flatMap(({ labels }) => labels);
  const values = [...new Set([...offered, ...issues.flatMap(({ labels }) => labels)])];
  const change = await pickChange(
    title,
    values.map((value) => ({ label: oneLine(value), value })),
    (value) => issues.every(({ labels }) => labels.includes(value)),
  );
  if (change === undefined) return cancelled;
  return applyToAll(aiops, able, title, (client, { id, labels }) =>
    client.issues.update({ id, labels: change(labels) }),
  );
}

/** Assigns every chosen issue to people; to one where the tracker has no more. */
export async function assignIssue(aiops: Aiops, target: unknown, all: unknown): Result {
  const targets = await issuesOf(aiops, target, all, vscode.l10n.t("Assign which issue? Type to search"));
  if (targets.length === 0) return cancelled;
  const able = await whereAble(aiops, targets, "assign");
  const { issues } = able;
  const title = vscode.l10n.t("Assign {0}", named(issues));
  const people = new Map<string, string>();
  for (const { assignees } of [...(await choicesOf(aiops, issues)), ...issues]) {
    for (const { id, name } of assignees) people.set(id, name);
  }
  const items = Array.from(people, ([value, name]) => ({ label: oneLine(name), value }));
  if (!able.severalAssignees) {
    const nobody = { label: vscode.l10n.t("$(circle-slash) Nobody"), value: "" };
    const chosen = await vscode.window.showQuickPick([nobody, ...items], { title });
    if (chosen === undefined) return cancelled;
    const assignees = chosen.value === "" ? [] : [chosen.value];
    return applyToAll(aiops, able, title, (client, { id }) => client.issues.update({ id, assignees }));
  }
  const has = (issue: Issue, value: string): boolean => issue.assignees.some(({ id }) => id === value);
  const change = await pickChange(title, items, (value) => issues.every((issue) => has(issue, value)));
  if (change === undefined) return cancelled;
  return applyToAll(aiops, able, title, (client, { id, assignees }) =>
    client.issues.update({ id, assignees: change(assignees.map((person) => person.id)) }),
  );
}

/** Asks what all shall have. @returns what makes one issue's list of it; undefined when the person gave up */
async function pickChange(
  title: string,
  items: readonly ChoiceItem[],
  isPicked: (value: string) => boolean,
): Promise<((before: readonly string[]) => string[]) | undefined> {
  const sorted = items.toSorted((a, b) => a.label.localeCompare(b.label));
  const offered = sorted.map((item) => ({ ...item, picked: isPicked(item.value) }));
  const chosen = await vscode.window.showQuickPick(offered, { title, canPickMany: true });
  if (chosen === undefined) return undefined;
  const wanted = new Set(chosen.map(({ value }) => value));
  const removed = new Set(
    offered.filter(({ picked, value }) => picked && !wanted.has(value)).map(({ value }) => value),
  );
  const added = offered.filter(({ picked, value }) => !picked && wanted.has(value)).map(({ value }) => value);
  return (before) => [...new Set([...before.filter((value) => !removed.has(value)), ...added])];
}

/** One issue of each tracker among them. */
function perLink(issues: readonly Issue[]): Issue[] {
  return [...new Map(issues.map((issue) => [issue.linkId, issue])).values()];
}

function choicesOf(aiops: Aiops, issues: readonly Issue[]) {
  return Promise.all(
    perLink(issues).map(({ id }) => aiops.connection.request((client) => client.issues.choices({ id }))),
  );
}

/** The key of one, the number of several. */
function named(issues: readonly Issue[]): string {
  const [first] = issues;
  return issues.length === 1 && first !== undefined ? first.key : vscode.l10n.t("{0} issues", issues.length);
}
