import * as vscode from "vscode";
import type { Aiops } from "../aiops.ts";
import {
  groupFields,
  isFiltered,
  noFilter,
  type GroupField,
  type GroupPath,
  type IssueFilter,
} from "../model/issue-groups.ts";
import { AppError } from "../../shared/errors.ts";
import { fieldName } from "../views/arrangement.ts";
import { webAddress } from "../views/issue-item.ts";
import { pickIssue } from "./pick-issue.ts";
import { issueOf } from "./targets.ts";

export async function openIssue(aiops: Aiops, target: unknown): Promise<void> {
  const issue = await issueOf(aiops, target, vscode.l10n.t("Open which issue? Type to search"));
  if (issue !== undefined) await aiops.panels.open(issue.id);
}

export async function openInBrowser(aiops: Aiops, target: unknown): Promise<void> {
  const issue = await issueOf(aiops, target, vscode.l10n.t("Open which issue in the browser? Type to search"));
  if (issue === undefined) return;
  const address = webAddress(issue.url);
  if (address === undefined) {
    throw new AppError("invalid_input", vscode.l10n.t("{0} has no address that a browser could open.", issue.key));
  }
  await vscode.env.openExternal(vscode.Uri.parse(address, true));
}

export async function copyIssueKey(aiops: Aiops, target: unknown): Promise<void> {
  const issue = await issueOf(aiops, target, vscode.l10n.t("Copy which issue's key? Type to search"));
  if (issue !== undefined) await copy(issue.key);
}

export async function copyIssueUrl(aiops: Aiops, target: unknown): Promise<void> {
  const issue = await issueOf(aiops, target, vscode.l10n.t("Copy which issue's address? Type to search"));
  if (issue !== undefined) await copy(issue.url);
}

async function copy(text: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(vscode.l10n.t("$(check) Copied {0}", text), 3000);
}

export async function searchIssues(aiops: Aiops): Promise<void> {
  const issue = await pickIssue(aiops, vscode.l10n.t('Search issues and comments: words, "a phrase", pre*'), {
    openFirst: false,
    showInView: (text) => {
      void aiops.arrangement.setFilter({ ...aiops.arrangement.filter, text: text === "" ? undefined : text });
      void vscode.commands.executeCommand("aiops.issues.focus");
    },
  });
  if (issue !== undefined) await aiops.panels.open(issue.id);
}

export async function clearFilter(aiops: Aiops): Promise<void> {
  await aiops.arrangement.setFilter(noFilter);
}

interface FilterItem extends vscode.QuickPickItem {
  change?: () => Promise<IssueFilter | undefined>;
}

/** A menu of what to filter by, with what is set now. */
export async function filterIssues(aiops: Aiops): Promise<void> {
  const { filter } = aiops.arrangement;
  const any = vscode.l10n.t("any");
  const items: FilterItem[] = [
    {
      label: vscode.l10n.t("$(issues) Status"),
      description: filter.status ?? any,
      change: async () => pickStatus(filter),
    },
    {
      label: vscode.l10n.t("$(person) Assignee"),
      description: filter.assignee ?? any,
      change: async () => pickAssignee(aiops, filter),
    },
    {
      label: vscode.l10n.t("$(tag) Labels"),
      description: filter.labels.join(", ") || any,
      change: async () => pickLabels(aiops, filter),
    },
    {
      label: vscode.l10n.t("$(search) Text"),
      description: filter.text ?? any,
      change: async () => askText(filter),
    },
  ];
  if (isFiltered(filter)) {
    items.push({ label: vscode.l10n.t("$(clear-all) Clear Filter"), change: () => Promise.resolve(noFilter) });
  }
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t("Show only issues with…") });
  const next = await chosen?.change?.();
  if (next !== undefined) await aiops.arrangement.setFilter(next);
}

async function pickStatus(filter: IssueFilter): Promise<IssueFilter | undefined> {
  const items = [
    { label: vscode.l10n.t("Open"), status: "open" as const },
    { label: vscode.l10n.t("Closed"), status: "closed" as const },
    { label: vscode.l10n.t("Any status"), status: undefined },
  ];
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t("Status") });
  return chosen === undefined ? undefined : { ...filter, status: chosen.status };
}

async function pickAssignee(aiops: Aiops, filter: IssueFilter): Promise<IssueFilter | undefined> {
  const names = new Set(aiops.model.issues.known().flatMap(({ assignees }) => assignees.map(({ name }) => name)));
  const chosen = await pickOrType(vscode.l10n.t("Assignee: choose one, or type a name"), [
    { label: vscode.l10n.t("$(account) Me"), value: "me" },
    { label: vscode.l10n.t("Anyone"), value: "" },
    ...[...names].toSorted((a, b) => a.localeCompare(b)).map((name) => ({ label: name, value: name })),
  ]);
  return chosen === undefined ? undefined : { ...filter, assignee: chosen === "" ? undefined : chosen };
}

async function pickLabels(aiops: Aiops, filter: IssueFilter): Promise<IssueFilter | undefined> {
  const labels = new Set([...filter.labels, ...aiops.model.issues.known().flatMap((issue) => issue.labels)]);
  const sorted = [...labels].toSorted((a, b) => a.localeCompare(b));
  const chosen = await vscode.window.showQuickPick(
    sorted.map((label) => ({ label, picked: filter.labels.includes(label) })),
    { placeHolder: vscode.l10n.t("Labels: an issue must have all that are chosen"), canPickMany: true },
  );
  return chosen === undefined ? undefined : { ...filter, labels: chosen.map(({ label }) => label) };
}

async function askText(filter: IssueFilter): Promise<IssueFilter | undefined> {
  const text = await vscode.window.showInputBox({
    value: filter.text ?? "",
    prompt: vscode.l10n.t('Full text over key, title, description and comments: words, "a phrase", pre*'),
  });
  return text === undefined ? undefined : { ...filter, text: text.trim() === "" ? undefined : text.trim() };
}

/** A list that also takes what is typed and stands in none of its lines. */
function pickOrType(
  placeholder: string,
  items: readonly (vscode.QuickPickItem & { value: string })[],
): Promise<string | undefined> {
  const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { value: string }>();
  pick.placeholder = placeholder;
  pick.items = items;
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      resolve(pick.selectedItems[0]?.value ?? pick.value.trim());
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

/** Chooses how the tree is grouped, by one field or two; kept as a setting. */
export async function groupIssues(aiops: Aiops): Promise<void> {
  const current = aiops.model.issues.grouping;
  const first = await pickField(vscode.l10n.t("Group issues by…"), groupFields, current[0], vscode.l10n.t("No groups"));
  if (first === undefined) return;
  if (first === null) return aiops.arrangement.setGrouping([]);
  const second = await pickField(
    vscode.l10n.t("{0}, then by…", fieldName(first)),
    groupFields.filter((field) => field !== first),
    current[0] === first ? current[1] : undefined,
    vscode.l10n.t("Nothing further"),
  );
  if (second === undefined) return;
  await aiops.arrangement.setGrouping(second === null ? [first] : [first, second]);
}

/** @returns null for none, undefined when the person gave up */
async function pickField(
  title: string,
  fields: readonly GroupField[],
  current: GroupField | undefined,
  none: string,
): Promise<GroupField | null | undefined> {
  const now = vscode.l10n.t("now");
  const items = [
    ...fields.map((field) => ({ label: fieldName(field), description: field === current ? now : "", field })),
    { label: none, description: "", field: null },
  ];
  return (await vscode.window.showQuickPick(items, { title }))?.field;
}

export async function loadMore(aiops: Aiops, target: unknown): Promise<void> {
  await aiops.model.issues.loadMore(pathOf(target));
}

export async function retryGroup(aiops: Aiops, target: unknown): Promise<void> {
  await aiops.model.issues.retry(pathOf(target));
}

/** These two are only ever called from nodes of the issue tree. */
function pathOf(target: unknown): GroupPath {
  return typeof target === "object" && target !== null && "path" in target && Array.isArray(target.path)
    ? (target.path as GroupPath)
    : [];
}
