import type { LogOutputChannel, Memento } from "vscode";
import type { Connection } from "./connection/connection.ts";
import type { Arrangement } from "./views/arrangement.ts";
import type { Model } from "./model/model.ts";
import type { IssuePanels } from "./panels/issue-panels.ts";
import type { SettingsPanels } from "./panels/settings-panels.ts";
import type { Terminals } from "./terminals/terminals.ts";
import type { IssuesView } from "./views/issues-view.ts";
import type { ProjectsView } from "./views/projects-view.ts";
import type { SessionsView } from "./views/sessions-view.ts";
import type { UriHandler } from "./uri-handler.ts";
import type { StatusBar } from "./status-bar.ts";
import type { ContextKeyTable } from "./context-keys.ts";
import type { Previews } from "./commands/previews.ts";

/** The parts of the extension, as commands use them. */
export interface Aiops {
  connection: Connection;
  model: Model;
  arrangement: Arrangement;
  terminals: Terminals;
  panels: IssuePanels;
  settings: SettingsPanels;
  previews: Previews;
  views: { issues: IssuesView; projects: ProjectsView; sessions: SessionsView };
  statusBar: StatusBar;
  contextKeys: ContextKeyTable;
  uriHandler: UriHandler;
  log: LogOutputChannel;
  /** Kept for the person, over all windows. */
  memory: Memento;
}
