import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import type { Handlers } from "../../shared/messages/channel.ts";
import type { Outcome } from "../../shared/messages/panel.ts";
import type { toConnectionsHost } from "../../shared/messages/settings/connections.ts";
import type { Client } from "../../shared/contract/client.ts";
import { AppError } from "../../shared/errors.ts";
import { readAll } from "../model/read-all.ts";
import { enterpriseOrigin, gitHubToken, type Accounts } from "./github-sign-in.ts";
import { trusted, type PanelParts } from "./panel-frame.ts";
import type { PageSource } from "./settings-source.ts";

export interface ConnectionActionParts extends Pick<PanelParts, "connection"> {
  accounts: () => Accounts;
  /** Reads and shows the connections as they are now. */
  read: () => Promise<void>;
  /** Aborted with the panel. */
  closed: AbortSignal;
}

type ConnectionActions = Handlers<typeof toConnectionsHost>;

/** Bytes of a webhook's secret. */
const secretBytes = 32;

/** What the page of connections shows. */
export function connectionsSource({ connection, model }: PanelParts): PageSource<"connections"> {
  return {
    entities: ["connection", "project", "tenant"],
    read: async ({ url }) => {
      const read = await connection.request((client) => readAll((page) => client.connections.list(page)));
      const projects = model.projects.all();
      const connections = read.map((one) => ({
        ...one,
        projects: projects
          .filter(({ links }) => links.some(({ connectionId }) => connectionId === one.id))
          .map(({ name }) => name)
          .toSorted((a, b) => a.localeCompare(b)),
        webhookUrl: `${url.replace(/\/+$/, "")}/webhooks/${one.id}`,
      }));
      const tenants = model.tenants.all().map(({ id, name }) => ({ id, name }));
      return { connections, tenants, enterpriseOrigin: enterpriseOrigin() };
    },
  };
}

/** What the page of connections asks for. A token goes from here to the server and is kept nowhere. */
export function connectionActions(parts: ConnectionActionParts): ConnectionActions {
  const { connection, accounts } = parts;
  const tests = new Map<string, AbortController>();

  /** Changes something, and shows how it is then, also where another change came first. */
  const write = <T>(call: (client: Client) => Promise<T>): Promise<T> =>
    trusted(async () => {
      try {
        return await connection.request(call);
      } finally {
        await parts.read();
      }
    })(undefined);

  async function change(id: string, version: number, changes: Changes): Promise<Outcome> {
    await write((client) => client.connections.update({ id, ...changes }, { context: { ifMatch: version } }));
    return "done";
  }

  async function test(id: string): Promise<Outcome> {
    tests.get(id)?.abort();
    const cancelled = new AbortController();
    tests.set(id, cancelled);
    try {
      const signal = AbortSignal.any([cancelled.signal, parts.closed]);
      await write((client) => client.connections.test({ id }, { signal }));
      return "done";
    } catch (error) {
      if (cancelled.signal.aborted) return "cancelled";
      throw error;
    } finally {
      if (tests.get(id) === cancelled) tests.delete(id);
    }
  }

  return {
    addConnection: trusted(async ({ access, token: typed, tenantId, ...fields }) => {
      const token = access === "signIn" ? await gitHubToken(accounts(), fields.baseUrl) : typed;
      if (token === undefined) return { id: null };
      const made = await write(async (client) =>
        client.connections.create({
          ...fields,
          tenantId: tenantId === "" ? await firstTenant(client) : tenantId,
          ...(access !== "none" && token !== "" && { token }),
        }),
      );
      return { id: made.id };
    }),
    updateConnection: ({ id, version, ...fields }) => change(id, version, fields),
    replaceToken: ({ id, version, token }) => change(id, version, { token }),
    useSignIn: async ({ id, version }): Promise<Outcome> => {
      // Where the token goes is decided by what the server holds in that version, not by what the page says.
      const { baseUrl, provider, ...stored } = await connection.request((client) => client.connections.get({ id }));
      if (provider !== "github") throw new AppError("invalid_input", vscode.l10n.t("This is no connection to GitHub."));
      if (stored.version !== version) {
        await parts.read();
        throw new AppError("stale_version", vscode.l10n.t("It was changed meanwhile. Look at it and try again."));
      }
      const token = await gitHubToken(accounts(), baseUrl);
      if (token === undefined) return "cancelled";
      return change(id, version, { token });
    },
    testConnection: ({ id }) => test(id),
    cancelTest: ({ id }) => {
      tests.get(id)?.abort();
      return "done";
    },
    renewWebhookSecret: async ({ id, version }) => {
      const secret = randomBytes(secretBytes).toString("base64url");
      await change(id, version, { webhookSecret: secret });
      return { secret };
    },
    removeWebhookSecret: ({ id, version }) => change(id, version, { webhookSecret: "" }),
    removeConnection: async ({ id, version }): Promise<Outcome> => {
      await write((client) => client.connections.remove({ id }, { context: { ifMatch: version } }));
      return "done";
    },
  };
}

type Changes = Omit<Parameters<Client["connections"]["update"]>[0], "id">;

/** A server without a tenant gets one for its person's own things. */
async function firstTenant(client: Client): Promise<string> {
  const { items } = await client.tenants.list({ limit: 1 });
  return items[0]?.id ?? (await client.tenants.create({ slug: "personal", name: "Personal" })).id;
}
