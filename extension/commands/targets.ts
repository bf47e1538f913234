import * as vscode from "vscode";
import type { Aiops } from "../aiops.ts";
import type { Issue } from "../../shared/entities/issue.ts";
import type { Project } from "../../shared/entities/project.ts";
import type { Session } from "../../shared/entities/session.ts";
import type { Tenant } from "../../shared/entities/tenant.ts";
import { AppError } from "../../shared/errors.ts";
import { oneLine } from "../views/text.ts";
import { statusLabel } from "../views/sessions-view.ts";
import { pickIssue } from "./pick-issue.ts";

type IdName = "issueId" | "projectId" | "linkId" | "sessionId" | "writeId";

/** The value of an id that a tree node, a panel or another extension handed over. */
export function idOf(target: unknown, name: IdName): string | undefined {
  if (typeof target !== "object" || target === null) return undefined;
  const value: unknown = Reflect.get(target, name);
  return typeof value === "string" ? value : undefined;
}

/** Whether who calls a command has asked the person already. */
export function isConfirmed(target: unknown): boolean {
  return typeof target === "object" && target !== null && Reflect.get(target, "confirmed") === true;
}

/** The issue a command was called on; asked for where it came from the palette. Undefined when the person gave up. */
export async function issueOf(aiops: Aiops, target: unknown, placeholder: string): Promise<Issue | undefined> {
  const id = idOf(target, "issueId");
  if (id === undefined) return pickIssue(aiops, placeholder);
  return aiops.model.issues.find(id) ?? aiops.connection.request((client) => client.issues.get({ id }));
}

/** The issues a command was called on: all that are chosen in the tree, else as {@link issueOf}. Empty for giving up. */
export async function issuesOf(aiops: Aiops, target: unknown, all: unknown, placeholder: string): Promise<Issue[]> {
  const chosen = Array.isArray(all) ? all.map((node: unknown) => idOf(node, "issueId")) : [];
  const ids = [...new Set(chosen.filter((id) => id !== undefined))];
  if (ids.length > 1) {
    return Promise.all(
      ids.map(
        async (id) => aiops.model.issues.find(id) ?? aiops.connection.request((client) => client.issues.get({ id })),
      ),
    );
  }
  const issue = await issueOf(aiops, target, placeholder);
  return issue === undefined ? [] : [issue];
}

/** The only tenant, or the one the person chooses. */
export async function readTenant({ model }: Aiops, placeHolder: string): Promise<Tenant | undefined> {
  const tenants = model.tenants.all();
  if (tenants.length <= 1) return tenants[0];
  const items = tenants.map((tenant) => ({ label: oneLine(tenant.name), tenant }));
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.tenant;
}

/** The project a command was called on, through its issue group too; asked for where there are several. */
export async function projectOf(aiops: Aiops, target: unknown, placeholder: string): Promise<Project | undefined> {
  const id = idOf(target, "projectId") ?? groupProject(target);
  const projects = aiops.model.projects.all();
  if (id !== undefined) {
    const project = aiops.model.projects.get(id);
    if (project === undefined) throw new AppError("not_found", vscode.l10n.t("This project is not there any more."));
    return project;
  }
  if (projects.length === 0) {
    throw new AppError("not_found", vscode.l10n.t("There is no project yet. Add one with: aiops: Add GitHub Project"));
  }
  if (projects.length === 1) return projects[0];
  const items = projects
    .map((project) => ({ label: oneLine(project.name), description: project.repositoryUrl, project }))
    .toSorted((a, b) => a.label.localeCompare(b.label));
  return (await vscode.window.showQuickPick(items, { placeHolder: placeholder, matchOnDescription: true }))?.project;
}

function groupProject(target: unknown): string | undefined {
  if (typeof target !== "object" || target === null || !("path" in target) || !Array.isArray(target.path)) {
    return undefined;
  }
  const step: unknown = target.path.find(
    (part: unknown) => typeof part === "object" && part !== null && Reflect.get(part, "by") === "project",
  );
  const value: unknown = typeof step === "object" && step !== null ? Reflect.get(step, "value") : undefined;
  return typeof value === "string" ? value : undefined;
}

/** The session a command was called on; asked for where it came from the palette. */
export async function sessionOf(aiops: Aiops, target: unknown, placeholder: string): Promise<Session | undefined> {
  const id = idOf(target, "sessionId");
  if (id !== undefined) {
    return aiops.model.sessions.get(id) ?? aiops.connection.request((client) => client.sessions.get({ id }));
  }
  const sessions = aiops.model.sessions.all();
  if (sessions.length === 0) {
    throw new AppError("not_found", vscode.l10n.t("No session runs. Start one with: aiops: Start Work"));
  }
  const items = sessions.map((session) => ({
    label: oneLine(session.title) || session.tool,
    description: `${session.tool} · ${statusLabel(session.status)}`,
    session,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder: placeholder, matchOnDescription: true }))?.session;
}
