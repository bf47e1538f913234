import * as vscode from "vscode";
import type { Aiops } from "../aiops.ts";
import { readAll } from "../model/read-all.ts";
import { idOf } from "./targets.ts";

/**
 * Leads to the settings of the connection that a trouble, a project or nothing names; asked for where there are several.
 * @throws AppError forbidden for those who may not change connections
 */
export async function updateToken(aiops: Aiops, target: unknown): Promise<void> {
  const candidates = connectionsOf(aiops, target);
  const [only] = candidates;
  const item = candidates.size === 1 ? only : await pickConnection(aiops, candidates);
  if (item !== undefined) await vscode.commands.executeCommand("aiops.openSettings", { page: "connections", item });
}

/** The connections a target may mean: those in trouble before those that are well. Empty for any. */
function connectionsOf({ model }: Aiops, target: unknown): Set<string> {
  const projectId = idOf(target, "projectId");
  const linkId = idOf(target, "linkId");
  const troubles = projectId === undefined ? [] : model.syncs.troubles(projectId);
  const links = (projectId === undefined ? undefined : model.projects.get(projectId)?.links) ?? [];
  const named = links.filter(({ id }) => id === linkId);
  const meant = [named, troubles, links].find(({ length }) => length > 0) ?? [];
  return new Set(meant.map(({ connectionId }) => connectionId));
}

/** @returns the id of a connection, empty where there is none to choose from, undefined when the person gave up */
async function pickConnection(aiops: Aiops, among: ReadonlySet<string>): Promise<string | undefined> {
  const all = await aiops.connection.request((client) => readAll((page) => client.connections.list(page)));
  const items = all
    .filter(({ id }) => among.size === 0 || among.has(id))
    .map(({ id, name, status, baseUrl }) => ({
      label: name,
      description: status.ok === false ? status.message : baseUrl,
      id,
    }));
  const [only, ...more] = items;
  if (only === undefined) return "";
  if (more.length === 0) return only.id;
  const placeHolder = vscode.l10n.t("Which connection gets a new token?");
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.id;
}
