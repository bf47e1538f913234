import type { SettingsPageId } from "../../shared/messages/settings-panel.ts";
import { createConnectionsPage } from "./connections/page.ts";
import type { PageEntry } from "./page.ts";
import { createPeoplePage } from "./people/page.ts";
import { createProjectsPage } from "./projects/page.ts";
import { createSessionsPage } from "./sessions/page.ts";
import { createSignInPage } from "./sign-in/page.ts";
import { createSshKeysPage } from "./ssh-keys/page.ts";
import { createTenantsPage } from "./tenants/page.ts";

/** Every page, in the order of the navigation: leaving one out does not compile. */
export const pageEntries: { [P in SettingsPageId]: PageEntry<P> } = {
  tenants: { id: "tenants", label: "Tenants", icon: "tenant", create: createTenantsPage },
  people: { id: "people", label: "People", icon: "person", create: createPeoplePage },
  projects: { id: "projects", label: "Projects", icon: "project", create: createProjectsPage },
  connections: { id: "connections", label: "Connections", icon: "link", create: createConnectionsPage },
  sshKeys: { id: "sshKeys", label: "SSH Keys", icon: "key", create: createSshKeysPage },
  sessions: { id: "sessions", label: "Sessions", icon: "terminal", create: createSessionsPage },
  signIn: { id: "signIn", label: "Sign-in", icon: "lock", create: createSignInPage },
};
