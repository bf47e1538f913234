import { homedir } from "node:os";
import * as vscode from "vscode";
import type { Aiops } from "./aiops.ts";
import { registerCommands } from "./commands/command-manager.ts";
import { commandHandlers } from "./commands/index.ts";
import { Previews } from "./commands/previews.ts";
import { Authentication } from "./connection/authentication.ts";
import { Connection, type Listener } from "./connection/connection.ts";
import { places } from "./connection/places.ts";
import { serverProgram } from "./connection/server-process.ts";
import { ContextKeyTable } from "./context-keys.ts";
import { Model } from "./model/model.ts";
import { IssuePanels } from "./panels/issue-panels.ts";
import { SettingsPanels } from "./panels/settings-panels.ts";
import { showViews } from "./show-views.ts";
import { StatusBar } from "./status-bar.ts";
import { Terminals } from "./terminals/terminals.ts";
import { UriHandler } from "./uri-handler.ts";
import { Arrangement, configuredGrouping } from "./views/arrangement.ts";
import { IssuesView } from "./views/issues-view.ts";
import { ProjectsView } from "./views/projects-view.ts";
import { SessionsView } from "./views/sessions-view.ts";
import { WaitingNotices } from "./waiting.ts";

/** Composes the extension. Waits for nothing: the server is looked for when this has returned. */
export function activate(context: vscode.ExtensionContext): Aiops {
  const log = vscode.window.createOutputChannel("aiops", { log: true });
  const contextKeys = new ContextKeyTable();
  contextKeys.set("aiops.personalServer", configuredUrl() === "");
  const listener: Listener = {
    reload: (request) => model.reload(request),
    apply: (event) => {
      model.apply(event);
      settings.apply(event);
    },
  };
  const connection = new Connection({
    secrets: context.secrets,
    memory: context.globalState,
    log,
    places: places(process.env, homedir(), context.globalStorageUri.fsPath),
    configuredUrl,
    serverProgram: serverProgram(context.extensionPath),
    extensionVersion: versionOf(context.extension),
    listener,
    askForProof: async (methods, wrong) => (await import("./commands/handlers.ts")).askForProof(methods, wrong),
  });
  const model = new Model(connection.request, configuredGrouping());
  const settings = new SettingsPanels({ connection, model, log, extensionUri: context.extensionUri });
  const isConnected = (): boolean => ["connected", "reconnecting"].includes(connection.state.kind);
  const arrangement = new Arrangement(model.issues, context.workspaceState, contextKeys);
  const views = {
    issues: new IssuesView(model, isConnected, () => contextKeys.get("aiops.admin") === true),
    projects: new ProjectsView(model, isConnected),
    sessions: new SessionsView(model, isConnected),
  };
  const waiting = new WaitingNotices(model, context.globalState, () => {
    const { state } = connection;
    return state.kind === "connected" ? state.user.id : undefined;
  });
  const aiops: Aiops = {
    connection,
    model,
    arrangement,
    views,
    contextKeys,
    log,
    memory: context.globalState,
    terminals: new Terminals(model, context.workspaceState),
    panels: new IssuePanels({ connection, model, log, extensionUri: context.extensionUri }),
    settings,
    previews: new Previews(),
    statusBar: new StatusBar(),
    uriHandler: new UriHandler(connection, log),
  };
  context.subscriptions.push(
    log,
    connection,
    new Authentication(connection),
    model,
    arrangement,
    views.issues,
    views.projects,
    views.sessions,
    waiting,
    aiops.terminals,
    aiops.panels,
    settings,
    aiops.previews,
    aiops.statusBar,
    showViews(aiops, waiting),
    registerCommands(commandHandlers(aiops), log),
    vscode.window.registerUriHandler(aiops.uriHandler),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration("aiops.serverUrl")) return;
      contextKeys.set("aiops.personalServer", configuredUrl() === "");
      connection.retry();
    }),
  );
  connection.start();
  return aiops;
}

function configuredUrl(): string {
  const setting = vscode.workspace.getConfiguration("aiops").get("serverUrl", "").trim();
  return setting === "" ? (process.env["AIOPS_URL"] ?? "").trim() : setting;
}

function versionOf(extension: vscode.Extension<unknown>): string {
  const manifest: unknown = extension.packageJSON;
  const version: unknown = typeof manifest === "object" && manifest !== null ? Reflect.get(manifest, "version") : "";
  return String(version);
}
