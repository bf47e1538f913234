import type { EventEntity } from "../../shared/entities/event.ts";
import type { SettingsData, SettingsPageId } from "../../shared/messages/settings-panel.ts";
import type { Connected } from "../connection/state.ts";
import { readAll } from "../model/read-all.ts";
import { sessionsSource, signInSource, sshKeysSource } from "./settings-access.ts";
import { connectionsSource } from "./settings-connections.ts";
import { peopleSource } from "./settings-people.ts";
import { projectsSource } from "./settings-projects.ts";
import type { PanelParts } from "./panel-frame.ts";

/** Where a page of the settings gets what it shows. */
export interface PageSource<P extends SettingsPageId> {
  /** Changes of these are followed while the page is looked at. */
  entities: readonly EventEntity[];
  read: (connected: Connected) => Promise<SettingsData[P]>;
}

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
