import * as vscode from "vscode";
import { groupKey, type GroupField, type GroupPath } from "../model/issue-groups.ts";
import type { Model } from "../model/model.ts";
import { providerIcon, providerName, statusIcon, statusName } from "./issue-item.ts";
import { oneLine } from "./text.ts";
import { lastRead, oldest, troubleWords } from "./trouble-item.ts";

const icons: Record<Exclude<GroupField, "status" | "provider">, string> = {
  project: "repo",
  label: "tag",
  assignee: "person",
  milestone: "milestone",
};

/** A group of issues: its name, and how many there are in it. */
export function groupItem(model: Model, path: GroupPath): vscode.TreeItem {
  const step = path.at(-1);
  if (step === undefined) return new vscode.TreeItem("");
  const { by, value } = step;
  const count = countOf(model, path);
  const closed = by === "status" && value === "closed";
  const label = groupLabel(model, by, value);
  // A project among many is opened by the person; where there are few, everything is in sight.
  const folded = closed || (by === "project" && model.projects.size > 3);
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(label, folded ? Collapsed : Expanded);
  item.id = groupKey(path);
  item.description = String(count);
  item.contextValue = `group.${by}`;
  item.accessibilityInformation = { label: vscode.l10n.t("{0}, {1} issues", label, count) };
  if (by === "status") item.iconPath = statusIcon(closed ? "closed" : "open");
  else if (by === "provider") item.iconPath = providerIcon(value);
  else item.iconPath = new vscode.ThemeIcon(icons[by]);
  if (by === "project") describeProject(model, value, item);
  return item;
}

/** Of which tenant it is where there are several, and how old its issues are where a tracker of it can't be read. */
function describeProject(model: Model, projectId: string, item: vscode.TreeItem): void {
  const project = model.projects.get(projectId);
  const tenant = project === undefined ? undefined : model.tenants.get(project.tenantId);
  const troubles = model.syncs.troubles(projectId);
  if (model.mayCreateIn(projectId)) item.contextValue = "group.project.create";
  const [first] = troubles;
  const facts = [
    tenant !== undefined && model.tenants.size > 1 ? tenant.name : "",
    first === undefined ? "" : lastRead(oldest(troubles)),
  ].filter((fact) => fact !== "");
  item.description = [item.description, ...facts].join(" · ");
  item.accessibilityInformation = { label: [item.accessibilityInformation?.label ?? "", ...facts].join(", ") };
  if (first === undefined) return;
  item.iconPath = new vscode.ThemeIcon("warning", new vscode.ThemeColor("list.warningForeground"));
  item.tooltip = troubles
    .map((trouble) => `${oneLine(trouble.externalProject)}: ${troubleWords(trouble)}, ${lastRead(trouble.syncedAt)}`)
    .join("\n");
}

function groupLabel(model: Model, by: GroupField, value: string): string {
  if (by === "label") return value === "" ? vscode.l10n.t("No label") : oneLine(value);
  if (by === "assignee") return value === "" ? vscode.l10n.t("Nobody") : oneLine(value);
  if (by === "milestone") return value === "" ? vscode.l10n.t("No milestone") : oneLine(value);
  if (by === "status") return statusName(value);
  if (by === "provider") return providerName(value);
  return oneLine(model.projects.get(value)?.name ?? value);
}

function countOf({ issues }: Model, path: GroupPath): number {
  const above = issues.content(path.slice(0, -1));
  const value = path.at(-1)?.value;
  return above?.kind === "groups" ? (above.groups.find((group) => group.value === value)?.count ?? 0) : 0;
}
