import * as vscode from "vscode";
import type { Aiops } from "../aiops.ts";
import { conditionsOf, filterOf, noFilter } from "../model/issue-groups.ts";
import { readTenant } from "./targets.ts";
import type { SavedFilter } from "../../shared/entities/filter.ts";
import { oneLine } from "../views/text.ts";

/** Shows only the person's own issues, or all again; the rest of the filter stays. */
export async function myIssues({ arrangement }: Aiops): Promise<void> {
  const { assignee, ...rest } = arrangement.filter;
  await arrangement.setFilter(assignee === "me" ? rest : { ...rest, assignee: "me" });
}

/** Saves filter and grouping under a name, for oneself or for everyone of the tenant. */
export async function saveFilter(aiops: Aiops): Promise<void> {
  const tenant = await readTenant(aiops, vscode.l10n.t("Save the filter for which tenant?"));
  if (tenant === undefined) return;
  const name = await askName(aiops.arrangement.describe().slice(0, 60));
  if (name === undefined) return;
  const shared = await vscode.window.showQuickPick(
    [
      { label: vscode.l10n.t("$(person) Only for me"), shared: false },
      { label: vscode.l10n.t("$(organization) For everyone of {0}", oneLine(tenant.name)), shared: true },
    ],
    { placeHolder: vscode.l10n.t("Who sees it?") },
  );
  if (shared === undefined) return;
  await aiops.connection.request((client) =>
    client.filters.create({
      tenantId: tenant.id,
      name,
      filter: conditionsOf(aiops.arrangement.filter),
      grouping: [...aiops.model.issues.grouping],
      shared: shared.shared,
    }),
  );
  vscode.window.setStatusBarMessage(vscode.l10n.t("$(check) Saved {0}", name), 3000);
}

interface FilterItem extends vscode.QuickPickItem {
  saved?: SavedFilter;
}

/** Chooses a saved filter; the buttons of a line rename, share and delete it. */
export function openFilter(aiops: Aiops): Promise<void> {
  const { model } = aiops;
  const pick = vscode.window.createQuickPick<FilterItem>();
  const buttons = {
    rename: { iconPath: new vscode.ThemeIcon("edit"), tooltip: vscode.l10n.t("Rename") },
    share: { iconPath: new vscode.ThemeIcon("organization"), tooltip: vscode.l10n.t("Share, or Keep for Myself") },
    remove: { iconPath: new vscode.ThemeIcon("trash"), tooltip: vscode.l10n.t("Delete") },
  };
  pick.placeholder = vscode.l10n.t("Show the issues of a saved filter");
  const show = (): void => {
    const saved = model.filters.all().toSorted((a, b) => a.name.localeCompare(b.name));
    pick.items =
      saved.length === 0
        ? [{ label: vscode.l10n.t("No filter is saved yet. Save one with: aiops: Save Filter") }]
        : saved.map((filter) => ({
            label: `$(filter) ${oneLine(filter.name)}`,
            description: filter.shared ? vscode.l10n.t("shared") : "",
            buttons: Object.values(buttons),
            saved: filter,
          }));
  };
  show();
  const subscription = model.filters.onDidChange(show);
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  let tasks: Promise<unknown> = Promise.resolve();
  // What fails closes the list, and the command fails with it.
  const perform = (task: Promise<unknown>): void => {
    tasks = Promise.all([tasks, task]);
    tasks.catch(() => pick.hide());
  };
  pick.onDidAccept(() => {
    const saved = pick.selectedItems[0]?.saved;
    if (saved !== undefined) perform(apply(aiops, saved));
    pick.hide();
  });
  pick.onDidTriggerItemButton(({ button, item: { saved } }) => {
    if (saved === undefined) return;
    if (button === buttons.rename) perform(rename(aiops, saved));
    else if (button === buttons.share) perform(change(aiops, saved, { shared: !saved.shared }));
    else perform(aiops.connection.request((client) => client.filters.remove({ id: saved.id })));
  });
  pick.onDidHide(() => {
    subscription.dispose();
    pick.dispose();
    tasks.then(() => resolve(undefined), reject);
  });
  pick.show();
  return promise;
}

async function apply({ arrangement }: Aiops, { filter, grouping }: SavedFilter): Promise<void> {
  await arrangement.setFilter({ ...noFilter, ...filterOf(filter) });
  await arrangement.setGrouping(grouping);
}

async function rename(aiops: Aiops, saved: SavedFilter): Promise<void> {
  const name = await askName(saved.name);
  if (name !== undefined) await change(aiops, saved, { name });
}

async function change(
  { connection }: Aiops,
  { id, version }: SavedFilter,
  patch: { name?: string; shared?: boolean },
): Promise<void> {
  await connection.request((client) => client.filters.update({ id, ...patch }, { context: { ifMatch: version } }));
}

async function askName(value: string): Promise<string | undefined> {
  const name = await vscode.window.showInputBox({
    value,
    prompt: vscode.l10n.t("The filter's name"),
    validateInput: (text) => (text.trim() === "" ? vscode.l10n.t("A filter needs a name.") : undefined),
  });
  return name?.trim();
}
