import type { Connection } from "../../entities/connection.ts";
import { request } from "../channel.ts";
import { outcome } from "../panel.ts";
import { fromHost, idText, list, nullable, oneOf, record, text, whole, type Read } from "../shape.ts";

/** What the page shows of a connection. No secret is in it: the server answers none. */
export interface PanelConnection extends Connection {
  /** Names of the projects that use it. */
  projects: string[];
  /** Where its tracker sends webhooks. */
  webhookUrl: string;
}

/** What the page of connections shows. */
export interface ConnectionsData {
  connections: PanelConnection[];
  tenants: { id: string; name: string }[];
  /** Origin of the GitHub Enterprise Server that VS Code signs in to, as its setting says; null where it has none. */
  enterpriseOrigin: string | null;
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

const versioned = record({ id: idText, version });

/**
 * What the page of connections asks. Where a version is asked for, it is the one that is shown: `stale_version` is
 * answered, after the newer one was shown, when there is another by now.
 */
export const toConnectionsHost = {
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

/** A connection's form that was begun and not saved. */
export const connectionDraft = record({
  tenantId: text(100),
  provider,
  /** Whether a Jira is Atlassian's cloud. */
  cloud: oneOf("yes", "no"),
  values: formValues,
  /** What the person started from, with its version; null for a new connection. */
  base: nullable(record({ version, values: formValues })),
});
export type ConnectionDraft = Read<typeof connectionDraft>;
