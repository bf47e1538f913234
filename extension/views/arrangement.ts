import * as vscode from "vscode";
import type { ContextKeyTable } from "../context-keys.ts";
import {
  isFiltered,
  noFilter,
  readGrouping,
  type GroupField,
  type Grouping,
  type IssueFilter,
} from "../model/issue-groups.ts";
import type { IssueTree } from "../model/issue-tree.ts";
import { providerName, statusName } from "./issue-item.ts";

const filterKey = "aiops.issueFilter";
const section = "aiops";
const groupBySetting = "issues.groupBy";

export function fieldName(field: GroupField): string {
  const names: Record<GroupField, string> = {
    project: vscode.l10n.t("Project"),
    provider: vscode.l10n.t("Provider"),
    status: vscode.l10n.t("Status"),
    label: vscode.l10n.t("Label"),
    assignee: vscode.l10n.t("Assignee"),
    milestone: vscode.l10n.t("Milestone"),
  };
  return names[field];
}

/** Reads the setting of how issues are grouped. */
export function configuredGrouping(): Grouping {
  return readGrouping(vscode.workspace.getConfiguration(section).get<unknown>(groupBySetting));
}

/** How the person arranged the issue tree: the grouping is a setting, the filter is kept for the workspace. */
export class Arrangement implements vscode.Disposable {
  readonly #tree: IssueTree;
  readonly #memory: vscode.Memento;
  readonly #contextKeys: ContextKeyTable;
  readonly #changed = new vscode.EventEmitter<IssueFilter>();
  readonly onDidChange = this.#changed.event;
  readonly #subscription: vscode.Disposable;

  constructor(tree: IssueTree, memory: vscode.Memento, contextKeys: ContextKeyTable) {
    this.#tree = tree;
    this.#memory = memory;
    this.#contextKeys = contextKeys;
    this.#subscription = vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`${section}.${groupBySetting}`)) this.#apply(tree.filter);
    });
    this.#apply({ ...noFilter, ...memory.get<Partial<IssueFilter>>(filterKey) });
  }

  get filter(): IssueFilter {
    return this.#tree.filter;
  }

  async setFilter(filter: IssueFilter): Promise<void> {
    this.#apply(filter);
    await this.#memory.update(filterKey, filter);
  }

  async setGrouping(grouping: Grouping): Promise<void> {
    await vscode.workspace
      .getConfiguration(section)
      .update(groupBySetting, [...grouping], vscode.ConfigurationTarget.Global);
  }

  /** The filter in words, for the view's title. */
  describe(): string {
    const { provider, status, assignee, labels, milestone, without = [], text } = this.filter;
    return [
      provider === undefined ? "" : providerName(provider),
      status === undefined ? "" : statusName(status),
      assignee === undefined ? "" : `@${assignee}`,
      ...labels.map((label) => `#${label}`),
      milestone ?? "",
      ...without.map((field) => vscode.l10n.t("without {0}", fieldName(field).toLowerCase())),
      text === undefined ? "" : `“${text}”`,
    ]
      .filter((part) => part !== "")
      .join(" · ");
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  #apply(filter: IssueFilter): void {
    this.#contextKeys.set("aiops.filtered", isFiltered(filter));
    this.#tree.arrange(configuredGrouping(), filter);
    this.#changed.fire(filter);
  }
}
