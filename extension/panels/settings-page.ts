import type { SettingsPageId } from "../../shared/messages/settings-panel.ts";
import { readAll } from "../model/read-all.ts";
import { sessionsSource, signInSource, sshKeysSource } from "./settings-access.ts";
import { connectionsSource } from "./settings-connections.ts";
import { peopleSource } from "./settings-people.ts";
import { projectsSource } from "./settings-projects.ts";
import type { PanelParts } from "./panel-frame.ts";
import type { PageSource } from "./settings-source.ts";

/** The source of every page: leaving one out does not compile. */
export function pageSources(parts: PanelParts): { [P in SettingsPageId]: PageSource<P> } {
  const { request } = parts.connection;
  return {
    connections: connectionsSource(parts),
    tenants: {
      entities: ["tenant"],
      read: async () => ({ tenants: await request((client) => readAll((page) => client.tenants.list(page))) }),
    },
    people: peopleSource(parts),
    projects: projectsSource(parts),
    sshKeys: sshKeysSource(parts),
    signIn: signInSource(parts),
    sessions: sessionsSource(parts),
  };
}
