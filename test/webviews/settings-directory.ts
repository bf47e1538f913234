import type { Project } from "../../shared/entities/project.ts";
import type { PanelPerson } from "../../shared/messages/settings/people.ts";
import type { LoadedPage } from "../../shared/messages/settings-panel.ts";

/** People and projects as the settings show them. */

const made = { version: 2, createdAt: "2026-01-02T03:04:05.000Z", updatedAt: "2026-01-02T03:04:05.000Z" };
const around = { canWrite: true, readOnlyReason: null, offlineSince: null };
const tenants = [
  { id: "ten_acme", name: "Acme" },
  { id: "ten_mill", name: "The mill" },
];

export const ada: PanelPerson = {
  ...made,
  id: "usr_ada",
  email: "ada@example.org",
  username: "ada",
  name: "Ada Lovelace",
  level: "admin",
  linuxUser: "ada_l",
  status: "active",
  memberships: [],
  identities: [{ connectionId: "con_hub", login: "ada-l" }],
  worksAs: "ada_l",
  problem: null,
};
export const bob: PanelPerson = {
  ...ada,
  id: "usr_bob",
  email: "bob@example.org",
  username: "bob",
  name: "Bob Noyce",
  level: "technician",
  linuxUser: "bobby",
  memberships: [
    { tenantId: "ten_acme", role: "member" },
    { tenantId: "ten_mill", role: "partner_admin" },
  ],
  identities: [],
  worksAs: "bobby",
  problem:
    "bob@example.org is mapped to the Linux account bobby, which does not exist on this host. Correct the mapping, or make the account.",
};
export const carol: PanelPerson = {
  ...bob,
  id: "usr_carol",
  email: "carol@example.org",
  username: "carol",
  name: "Carol Shaw",
  level: "client",
  linuxUser: "",
  memberships: [{ tenantId: "ten_mill", role: "member" }],
  worksAs: null,
  problem: "carol@example.org has no Linux account on this host. An administrator sets it in the person's record.",
};
export const dave: PanelPerson = {
  ...carol,
  id: "usr_dave",
  name: "Dave Cutler",
  username: "dave",
  status: "disabled",
};

export const people: LoadedPage<"people"> = {
  kind: "loaded",
  page: "people",
  mode: "shared",
  strategy: "mapping",
  me: ada.id,
  people: [carol, ada, dave, bob],
  tenants,
  connections: [{ id: "con_hub", name: "Work at GitHub" }],
  ...around,
};

export const site: Project = {
  ...made,
  id: "prj_site",
  tenantId: "ten_mill",
  slug: "site",
  name: "Website",
  repositoryUrl: "https://github.com/mill/site.git",
  defaultBranch: "main",
  protectedBranches: ["main", "release/*"],
  ownerId: ada.id,
  sshKeyId: null,
  redactionPolicy: "none",
  roles: [{ userId: bob.id, role: "read" }],
  syncMinutes: 5,
  links: [{ id: "lnk_1", connectionId: "con_hub", externalProject: "mill/site" }],
};
export const engine: Project = {
  ...site,
  id: "prj_engine",
  tenantId: "ten_acme",
  slug: "engine",
  name: "Engine",
  repositoryUrl: "",
  ownerId: null,
  roles: [],
  links: [],
};

export const projects: LoadedPage<"projects"> = {
  kind: "loaded",
  page: "projects",
  projects: [site, engine],
  tenants,
  people: [ada, bob, carol].map(({ id, name, email }) => ({ id, name, email })),
  connections: [{ id: "con_hub", name: "Work at GitHub", provider: "github", tenantId: "ten_mill" }],
  sshKeys: [
    { id: "key_mill", name: "Deploy key", tenantId: "ten_mill" },
    { id: "key_acme", name: "Key of others", tenantId: "ten_acme" },
  ],
  ...around,
};
