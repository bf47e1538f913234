import type { Tenant } from "../entities/tenant.ts";
import { notification, request } from "./channel.ts";
import { toPanelHost, type PanelLocale, type PanelSurroundings } from "./panel.ts";
import type { SessionsData, SignInData, SshKeysData } from "./settings/access.ts";
import {
  connectionDraft,
  toConnectionsHost,
  type ConnectionDraft,
  type ConnectionsData,
} from "./settings/connections.ts";
import type { PeopleData } from "./settings/people.ts";
import type { ProjectsData } from "./settings/projects.ts";
import {
  anything,
  fromHost,
  nothing,
  nullable,
  oneOf,
  optional,
  record,
  table,
  text,
  whole,
  type Read,
  type Shape,
} from "./shape.ts";

/** The view type the extension registers the panel and its serializer under. */
export const settingsPanelType = "aiops.settings";

/** The pages of the panel; each later one joins here and in the three tables below. */
export const settingsPages = ["connections", "tenants", "people", "projects", "sshKeys", "signIn", "sessions"] as const;
export const settingsPage = oneOf(...settingsPages);
export type SettingsPageId = Read<typeof settingsPage>;

/** What each page shows. */
export interface SettingsData {
  connections: ConnectionsData;
  tenants: { tenants: Tenant[] };
  people: PeopleData;
  projects: ProjectsData;
  sshKeys: SshKeysData;
  signIn: SignInData;
  sessions: SessionsData;
}

/** A form's fields and what is typed in them, as `webviews/ui/schema-form.ts` keeps it: never a secret. */
const formDraft = record({
  values: table(text(200_000)),
  /** What the person started from, with its version; null for something new. */
  base: nullable(record({ version: whole(1, Number.MAX_SAFE_INTEGER), values: table(text(200_000)) })),
});
export type FormDraft = Read<typeof formDraft>;

/** What of each page is kept while it is not saved. */
export interface SettingsDrafts {
  connections: ConnectionDraft;
  tenants: FormDraft;
  people: FormDraft;
  projects: FormDraft;
  sshKeys: FormDraft;
  signIn: FormDraft;
  sessions: null;
}
const drafts: { [P in SettingsPageId]: Shape<SettingsDrafts[P]> } = {
  connections: connectionDraft,
  tenants: formDraft,
  people: formDraft,
  projects: formDraft,
  sshKeys: formDraft,
  signIn: formDraft,
  sessions: () => null,
};

/**
 * The contract's operations that pages call as they are; the host does no other. What needs something of VS Code, as its
 * sign-in, is a request of its own instead.
 */
export const settingsOperations = [
  "tenants.create",
  "tenants.update",
  "tenants.remove",
  "users.create",
  "users.update",
  "users.remove",
  "users.issueCode",
  "projects.create",
  "projects.update",
  "projects.remove",
  "projects.addLink",
  "projects.removeLink",
  "sshKeys.create",
  "sshKeys.update",
  "sshKeys.remove",
  "sshHosts.remove",
  "auth.revoke",
  "auth.createToken",
  "auth.removeToken",
  "auth.changePassword",
  "auth.enrolTotp",
  "auth.confirmTotp",
  "auth.removeTotp",
  "sessions.resync",
] as const;
export type SettingsOperation = (typeof settingsOperations)[number];

/** A place in the settings: a page, and an item of it by id; empty for the page itself. */
const place = record({ page: settingsPage, item: text(100) });
export type SettingsPlace = Read<typeof place>;

/** A page with what it shows. */
export type LoadedPage<P extends SettingsPageId> = { kind: "loaded"; page: P } & SettingsData[P] & PanelSurroundings;

/** All that the panel shows. */
export type SettingsState =
  | { kind: "loading"; page: SettingsPageId }
  | { kind: "failed"; page: SettingsPageId; message: string }
  | { [P in SettingsPageId]: LoadedPage<P> }[SettingsPageId];

/** What the panel learns once, when it says it is ready. */
export interface SettingsReady extends PanelLocale {
  /** What a person had not saved when the panel was closed last; null for nothing. */
  kept: SavedSettings | null;
  /** Where the person wants to go; null for where they were. */
  place: SettingsPlace | null;
}

/** What the panel asks of the extension. Nothing here is trusted: a broken or hostile page may send anything. */
export const toSettingsHost = {
  /** The page runs: comes again after every reload of the page. */
  ready: request(nothing, fromHost<SettingsReady>()),
  ...toPanelHost,
  /** The person looks at another page: it is read, and followed from then on. */
  openPage: notification(record({ page: settingsPage })),
  /** Calls an operation of the contract; what is shown is read anew before it answers, also where it fails. */
  call: request(
    record({
      operation: oneOf(...settingsOperations),
      input: anything,
      /** Of what is shown; `stale_version` where there is another by now. */
      version: optional(whole(1, Number.MAX_SAFE_INTEGER)),
    }),
    fromHost<{ answer: unknown }>(),
  ),
  ...toConnectionsHost,
  /** What the panel would keep if it were closed now. */
  keep: notification((value, path) => savedSettings(value, path)),
};

/** What the extension tells the panel. */
export const toSettingsPanel = {
  show: notification(fromHost<SettingsState>()),
  surroundings: notification(fromHost<PanelSurroundings>()),
  /** Which pages the person may look at. */
  offer: notification(fromHost<{ pages: readonly SettingsPageId[] }>()),
  /** Leads to a place, as a link does; asks first where something would be lost. */
  go: notification(place),
};

/** Where the reader is in a page, and what is typed there. */
export interface SavedPage<P extends SettingsPageId> {
  view: "list" | "add" | "edit";
  /** Of the view `edit`; empty elsewhere. */
  item: string;
  draft: SettingsDrafts[P] | null;
}

const whereabouts = record({
  page: settingsPage,
  view: oneOf("list", "add", "edit"),
  item: text(100),
  scrollTop: whole(0, 100_000_000),
});

export type SavedSettings = {
  [P in SettingsPageId]: { page: P; scrollTop: number } & SavedPage<P>;
}[SettingsPageId];

/**
 * What the panel keeps with `setState`, handed to the serializer after a window reload: where the reader was and what
 * was typed. Never a secret.
 */
export const savedSettings: Shape<SavedSettings> = (value, path) => {
  const where = whereabouts(value, path);
  const { draft } = record({ draft: nullable<unknown>(drafts[where.page]) })(value, path);
  // The draft was read by its own page's shape.
  return { ...where, draft } as SavedSettings;
};
