import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { isoTime, type Clock } from "../../shared/clock.ts";
import {
  connection,
  type Connection,
  type ConnectionInput,
  type ConnectionStatus,
} from "../../shared/entities/connection.ts";
import { AppError } from "../../shared/errors.ts";
import { EntityDirectory } from "../directory/entities.ts";
import type { EventBus } from "../events/bus.ts";
import { newId } from "../ids.ts";
import type { IssueProvider, ProviderConnection } from "../providers/provider.ts";
import { ProviderPool } from "../providers/provider-pool.ts";
import { sealedDocuments } from "../secrets/sealed-documents.ts";
import type { SecretBox } from "../secrets/secret-box.ts";
import type { InTurn } from "../serial.ts";
import type { DocumentStore } from "../storage/document-store.ts";
import { checkProviderAddress } from "./address.ts";
import { repositoryAccess } from "./repository-token.ts";

const stored = connection.omit({ hasToken: true, hasWebhookSecret: true }).extend({
  /** Encrypted, or null where there is none. */
  sealedToken: z.string().nullable(),
  sealedWebhookSecret: z.string().nullable().default(null),
});
type StoredConnection = z.infer<typeof stored>;

type ConnectionChanges = Partial<
  Pick<ConnectionInput, "name" | "baseUrl" | "email" | "token" | "statusOverrides" | "webhookSecret">
>;

/** What of a connection became another. */
export interface ConnectionChange {
  connection: Connection;
  /** Address, account or token. */
  access: boolean;
  statusOverrides: boolean;
}

export interface ConnectionServiceOptions {
  store: DocumentStore;
  events: EventBus;
  clock: Clock;
  /** Around what refers to other records, and what removes them: no reference is left to what is gone. */
  inTurn: InTurn;
  tenantExists: (tenantId: string) => boolean;
  secrets: SecretBox;
  createProvider: (connection: ProviderConnection) => Promise<IssueProvider>;
  allowPrivateAddresses: boolean;
  /** Called after a change is stored, and waited for. */
  onChange?: (change: ConnectionChange) => Promise<void>;
}

const untried: ConnectionStatus = { ok: null, message: "Not tried yet.", account: "", scopes: [], checkedAt: null };

/** Connections to trackers, with their tokens encrypted at rest and never answered. */
export class ConnectionService {
  readonly #directory: EntityDirectory<StoredConnection>;
  readonly #options: ConnectionServiceOptions;
  readonly #providers: ProviderPool;

  private constructor(directory: EntityDirectory<StoredConnection>, options: ConnectionServiceOptions) {
    this.#directory = directory;
    this.#options = options;
    this.#providers = new ProviderPool(options.createProvider);
  }

  static async open(options: ConnectionServiceOptions): Promise<ConnectionService> {
    const directory = await EntityDirectory.open<StoredConnection>({
      ...options,
      definition: { name: "connections", parse: (value) => stored.parse(value), unique: ({ name }) => ({ name }) },
      entity: "connection",
      tenantOf: ({ tenantId }) => tenantId,
      present,
    });
    const fields = ({ id, tenantId }: StoredConnection) => [
      { field: "sealedToken" as const, context: secretContext(tenantId, id, "token") },
      { field: "sealedWebhookSecret" as const, context: secretContext(tenantId, id, "webhookSecret") },
    ];
    options.secrets.register(sealedDocuments({ name: "connections", directory, secrets: options.secrets, fields }));
    return new ConnectionService(directory, options);
  }

  find(id: string): Connection | undefined {
    const record = this.#directory.find(id);
    return record === undefined ? undefined : present(record);
  }

  get(id: string): Connection {
    return present(this.#directory.get(id));
  }

  list(fits: (record: { id: string; tenantId: string }) => boolean): Connection[] {
    return this.#directory.list(fits).map(present);
  }

  async create(input: ConnectionInput): Promise<Connection> {
    const { token, webhookSecret, ...fields } = input;
    await checkProviderAddress(fields.baseUrl, this.#options.allowPrivateAddresses);
    const id = newId();
    const sealedToken = this.#seal("token", token, fields.tenantId, id);
    const sealedWebhookSecret = this.#seal("webhookSecret", webhookSecret, fields.tenantId, id);
    return this.#options.inTurn(async () => {
      if (!this.#options.tenantExists(fields.tenantId)) throw new AppError("not_found", "There is no such tenant.");
      const record = { ...fields, sealedToken, sealedWebhookSecret, status: untried };
      return present(await this.#directory.create(record, id));
    });
  }

  /**
   * A new address without a new token drops the stored token: otherwise whoever may change a connection could have the
   * token sent to a host of their own. Where everything is as given already, nothing is written.
   */
  async update(id: string, version: number | undefined, fields: ConnectionChanges): Promise<Connection> {
    const { token, webhookSecret, ...rest } = fields;
    const before = this.#directory.get(id);
    await checkProviderAddress(rest.baseUrl ?? before.baseUrl, this.#options.allowPrivateAddresses);
    if ((version ?? before.version) === before.version && this.#isAlready(before, fields)) return present(before);
    let change = { access: false, statusOverrides: false };
    const updated = await this.#directory.update(id, version, (current) => {
      const { tenantId } = current;
      const moved = rest.baseUrl !== undefined && rest.baseUrl !== current.baseUrl;
      const otherAccount = rest.email !== undefined && rest.email !== current.email;
      const access = moved || otherAccount || token !== undefined;
      const next = {
        ...current,
        ...rest,
        sealedToken:
          token === undefined ? (moved ? null : current.sealedToken) : this.#seal("token", token, tenantId, id),
        sealedWebhookSecret:
          webhookSecret === undefined
            ? current.sealedWebhookSecret
            : this.#seal("webhookSecret", webhookSecret, tenantId, id),
        status: access ? untried : current.status,
      };
      change = { access, statusOverrides: !isDeepStrictEqual(next.statusOverrides, current.statusOverrides) };
      return next;
    });
    await this.#options.onChange?.({ connection: present(updated), ...change });
    return present(updated);
  }

  /** @throws AppError conflict while a project links to it */
  async remove(
    id: string,
    version: number | undefined,
    linkedProjects: (connectionId: string) => string[],
  ): Promise<void> {
    await this.#options.inTurn(async () => {
      const names = linkedProjects(id);
      if (names.length > 0) {
        throw new AppError("conflict", `The connection is used by ${names.join(", ")}. Remove those links first.`);
      }
      await this.#directory.remove(id, version);
    });
    this.#providers.forget(id);
  }

  /** Tries the connection and stores what came of it. A refusal by the provider is an answer, not an error. */
  async test(id: string, signal: AbortSignal): Promise<ConnectionStatus> {
    const provider = await this.provider(id);
    const found = await provider.test(signal);
    const status = {
      ok: found.ok,
      message: found.message,
      account: found.account ?? "",
      scopes: found.scopes,
      checkedAt: isoTime(this.#options.clock),
    };
    await this.#directory.update(id, undefined, (current) => ({ ...current, status }));
    return status;
  }

  /** The provider behind a connection: the same one until its address or token changes, so that they share its limits. */
  async provider(id: string): Promise<IssueProvider> {
    const record = this.#directory.get(id);
    await checkProviderAddress(record.baseUrl, this.#options.allowPrivateAddresses);
    const { provider, baseUrl, email } = record;
    return this.#providers.get({ id, provider, baseUrl, email, token: this.#open(record) });
  }

  /** What repositories on the connection's host (with its port) are reached with; undefined where it has no token. */
  repositoryToken(id: string): { host: string; username: string; password: string } | undefined {
    const record = this.#directory.find(id);
    if (record === undefined) return undefined;
    const access = repositoryAccess(record);
    const password = this.#open(record);
    return access === null || password === "" ? undefined : { ...access, password };
  }

  /** What the tracker signs its webhooks with; undefined for no such connection, or where none is stored. */
  webhookSecret(id: string): string | undefined {
    const record = this.#directory.find(id);
    if (record === undefined || record.sealedWebhookSecret === null) return undefined;
    return this.#options.secrets.open(record.sealedWebhookSecret, secretContext(record.tenantId, id, "webhookSecret"));
  }

  #isAlready(record: StoredConnection, changes: ConnectionChanges): boolean {
    const { token, webhookSecret, ...rest } = changes;
    if (token !== undefined && token !== this.#open(record)) return false;
    if (webhookSecret !== undefined && webhookSecret !== (this.webhookSecret(record.id) ?? "")) return false;
    return isDeepStrictEqual({ ...record, ...rest }, record);
  }

  #open({ id, tenantId, sealedToken }: StoredConnection): string {
    return sealedToken === null ? "" : this.#options.secrets.open(sealedToken, secretContext(tenantId, id, "token"));
  }

  #seal(field: SecretField, secret: string | undefined, tenantId: string, id: string): string | null {
    if (secret === undefined || secret === "") return null;
    return this.#options.secrets.seal(secret, secretContext(tenantId, id, field));
  }
}

type SecretField = "token" | "webhookSecret";

function secretContext(tenantId: string, id: string, field: SecretField) {
  return { tenantId, entity: "connection", id, field };
}

function present(record: StoredConnection): Connection {
  const { sealedToken, sealedWebhookSecret, ...fields } = record;
  return { ...fields, hasToken: sealedToken !== null, hasWebhookSecret: sealedWebhookSecret !== null };
}
