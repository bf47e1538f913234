import type { Connection } from "../entities/connection.ts";
import { notification, request } from "./channel.ts";
import { fromHost, idText, link, list, nothing, oneOf, record, text, whole, type Read, type Shape } from "./shape.ts";

/** The view type the extension registers the panel and its serializer under. */
export const settingsPanelType = "aiops.settings";

const page = oneOf("connections");
/** The pages of the panel, as its navigation lists them; each later one joins here. */
export type SettingsPageId = Read<typeof page>;

/** What the panel shows of a connection. No secret is in it: the server answers none. */
export interface PanelConnection extends Connection {
  /** Names of the projects that use it. */
  projects: string[];
  /** Where its tracker sends webhooks. */
  webhookUrl: string;
}

/** What may change without the connections. */
export interface SettingsSurroundings {
  /** Whether anything may be changed here. */
  canWrite: boolean;
  /** Why not, for people; null where `canWrite`. */
  readOnlyReason: string | null;
  /** Since when (ISO 8601) the server cannot be reached and what is shown may be old; null while connected. */
  offlineSince: string | null;
}

/** All that the panel shows. */
export type SettingsState =
  | { kind: "loading" }
  | { kind: "failed"; message: string }
  | ({
      kind: "loaded";
      connections: PanelConnection[];
      tenants: { id: string; name: string }[];
      /** Origin of the GitHub Enterprise Server that VS Code signs in to, as its setting says; null where it has none. */
      enterpriseOrigin: string | null;
    } & SettingsSurroundings);

/** What the panel learns once, when it says it is ready. */
export interface SettingsReady {
  /** BCP 47, as `vscode.env.language`. */
  language: string;
  /** English text → translation, as `vscode.l10n.bundle`; empty for English. */
  translations: Record<string, string>;
  /** What a person had not saved when the panel was closed last; null for nothing. */
  kept: SavedSettings | null;
}

const word = text(100);
const version = whole(1, Number.MAX_SAFE_INTEGER);
const provider = oneOf("github", "gitlab", "jira");

const fields = {
  name: text(200),
  baseUrl: text(500),
  email: text(254),
  statusOverrides: record({ open: list(word, 100), closed: list(word, 100) }),
};

const outcome = oneOf("done", "cancelled");
export type Outcome = Read<typeof outcome>;

const versioned = record({ id: idText, version });

/**
 * What the panel asks of the extension. Nothing here is trusted: a broken or hostile page may send anything. Where a
 * version is asked for, it is the one that is shown: `stale_version` is answered, after the newer one was shown, when
 * there is another by now.
 */
export const toSettingsHost = {
  /** The page runs and wants to be shown something: answer, then `show`. Comes again after every reload of the page. */
  ready: request(nothing, fromHost<SettingsReady>()),
  refresh: request(nothing, outcome),
  /** `tenantId` is empty where there is no tenant yet: the first is made. `id` is null where the person gave up. */
  addConnection: request(
    record({
      tenantId: text(100),
      provider,
      ...fields,
      /** `signIn`: the token of VS Code's own GitHub sign-in, which the page never sees. */
      access: oneOf("token", "signIn", "none"),
      token: text(4000),
    }),
    fromHost<{ id: string | null }>(),
  ),
  updateConnection: request(record({ id: idText, version, ...fields }), outcome),
  /** An empty token takes the stored one away. */
  replaceToken: request(record({ id: idText, version, token: text(4000) }), outcome),
  /** Stores the token of VS Code's own GitHub sign-in. */
  useSignIn: request(versioned, outcome),
  /** The result is shown as the connection's status. */
  testConnection: request(record({ id: idText }), outcome),
  cancelTest: request(record({ id: idText }), outcome),
  /** Makes and stores a new secret; the answer is the one time it is told. */
  renewWebhookSecret: request(versioned, fromHost<{ secret: string }>()),
  removeWebhookSecret: request(versioned, outcome),
  removeConnection: request(versioned, outcome),
  copy: request(record({ text: text(10_000) }), outcome),
  openLink: request(record({ url: link }), outcome),
  /** What the panel would keep if it were closed now. */
  keep: notification((value, path) => savedSettings(value, path)),
};

/** What the extension tells the panel. */
export const toSettingsPanel = {
  show: notification(fromHost<SettingsState>()),
  surroundings: notification(fromHost<SettingsSurroundings>()),
};

/** What stands in the form of a connection, as text. Secrets have a form of their own and are in none of this. */
const formValues = record({
  name: text(1000),
  baseUrl: text(2000),
  email: text(1000),
  /** One state a line. */
  open: text(20_000),
  closed: text(20_000),
});
export type ConnectionValues = Read<typeof formValues>;

/** A form that was begun and not saved. */
const draft = record({
  tenantId: text(100),
  provider,
  /** Whether a Jira is Atlassian's cloud. */
  cloud: oneOf("yes", "no"),
  values: formValues,
  /** What the person started from, with its version; null for a new connection. */
  base: nullable(record({ version, values: formValues })),
});
export type SettingsDraft = Read<typeof draft>;

/**
 * What the panel keeps with `setState`, handed to the serializer after a window reload: where the reader was and what
 * was typed. Never a secret.
 */
export const savedSettings = record({
  page,
  view: oneOf("list", "add", "edit"),
  /** Of the view `edit`; empty elsewhere. */
  connectionId: text(100),
  scrollTop: whole(0, 100_000_000),
  draft: nullable(draft),
});
export type SavedSettings = Read<typeof savedSettings>;

function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, path) => (value === null || value === undefined ? null : shape(value, path));
}
