import * as z from "zod";
import type { Clock } from "../../shared/clock.ts";
import { sshKey, type SshKey, type SshKeyInput } from "../../shared/entities/ssh-key.ts";
import { AppError } from "../../shared/errors.ts";
import { EntityDirectory } from "../directory/entities.ts";
import type { EventBus } from "../events/bus.ts";
import { newId } from "../ids.ts";
import { sealedDocuments } from "../secrets/sealed-documents.ts";
import type { SecretBox, SecretContext } from "../secrets/secret-box.ts";
import type { InTurn } from "../serial.ts";
import { requireVersion } from "../storage/document-collection.ts";
import type { DocumentStore } from "../storage/document-store.ts";
import { generateKey, readPrivateKey, removeKeyLeftovers, type KeyPair, type KeyTools } from "./key-pair.ts";

const stored = sshKey.extend({ sealedPrivateKey: z.string() });
type StoredKey = z.infer<typeof stored>;

export interface SshKeyServiceOptions extends KeyTools {
  store: DocumentStore;
  events: EventBus;
  clock: Clock;
  /** Around what refers to other records, and what removes them: no reference is left to what is gone. */
  inTurn: InTurn;
  tenantExists: (tenantId: string) => boolean;
  secrets: SecretBox;
  /** Names of the projects that use a key. */
  projectsUsing: (id: string) => string[];
}

/** SSH keys of tenants. The private half is encrypted at rest, handed to git for one command, and never answered. */
export class SshKeyService {
  readonly #directory: EntityDirectory<StoredKey>;
  readonly #options: SshKeyServiceOptions;

  private constructor(directory: EntityDirectory<StoredKey>, options: SshKeyServiceOptions) {
    this.#directory = directory;
    this.#options = options;
  }

  static async open(options: SshKeyServiceOptions): Promise<SshKeyService> {
    await removeKeyLeftovers(options);
    const directory = await EntityDirectory.open<StoredKey>({
      ...options,
      definition: { name: "ssh-keys", parse: (value) => stored.parse(value), unique: ({ name }) => ({ name }) },
      entity: "sshKey",
      tenantOf: ({ tenantId }) => tenantId,
      present,
    });
    const { secrets } = options;
    const fields = ({ id, tenantId }: StoredKey) => [
      { field: "sealedPrivateKey" as const, context: place(tenantId, id) },
    ];
    secrets.register(sealedDocuments({ name: "SSH keys", directory, secrets, fields }));
    return new SshKeyService(directory, options);
  }

  find(id: string): SshKey | undefined {
    const record = this.#directory.find(id);
    return record === undefined ? undefined : present(record);
  }

  get(id: string): SshKey {
    return present(this.#directory.get(id));
  }

  list(fits: (record: { id: string; tenantId: string }) => boolean): SshKey[] {
    return this.#directory.list(fits).map(present);
  }

  /** @throws AppError `invalid_input` for a key that cannot be used, `name_taken`, `not_found` for the tenant */
  async create({ tenantId, name, privateKey }: SshKeyInput): Promise<SshKey> {
    const pair =
      privateKey === undefined
        ? await generateKey(this.#options, `aiops ${name}`)
        : await readPrivateKey(this.#options, privateKey);
    const id = newId();
    return this.#options.inTurn(async () => {
      if (!this.#options.tenantExists(tenantId)) throw new AppError("not_found", "There is no such tenant.");
      return present(await this.#directory.create({ tenantId, name, ...this.#seal(pair, tenantId, id) }, id));
    });
  }

  /** Where everything is as given already, nothing is written. */
  async update(
    id: string,
    version: number | undefined,
    { name, privateKey }: { name?: string | undefined; privateKey?: string | undefined },
  ): Promise<SshKey> {
    const before = this.#directory.get(id);
    requireVersion(before, version);
    const pair = privateKey === undefined ? undefined : await readPrivateKey(this.#options, privateKey);
    const sameKey = pair === undefined || pair.privateKey === this.#open(before);
    if (sameKey && (name ?? before.name) === before.name) return present(before);
    const changed = pair === undefined || sameKey ? {} : this.#seal(pair, before.tenantId, id);
    return present(
      await this.#directory.update(id, version, (current) => ({ ...current, ...changed, name: name ?? current.name })),
    );
  }

  /** @throws AppError `conflict` while a project uses it */
  async remove(id: string, version: number | undefined): Promise<void> {
    await this.#options.inTurn(async () => {
      const { name } = this.#directory.get(id);
      const projects = this.#options.projectsUsing(id);
      if (projects.length > 0) {
        const message = `The SSH key ${name} is used by ${projects.join(", ")}. Give those projects another key first.`;
        throw new AppError("conflict", message, { data: { projects } });
      }
      await this.#directory.remove(id, version);
    });
  }

  /** The private half, for one git command. @throws AppError `not_found`, `secret_unreadable` */
  privateKey(id: string): string {
    return this.#open(this.#directory.get(id));
  }

  #open({ id, tenantId, sealedPrivateKey }: StoredKey): string {
    return this.#options.secrets.open(sealedPrivateKey, place(tenantId, id));
  }

  #seal({ privateKey, ...facts }: KeyPair, tenantId: string, id: string) {
    return { ...facts, sealedPrivateKey: this.#options.secrets.seal(privateKey, place(tenantId, id)) };
  }
}

function place(tenantId: string, id: string): SecretContext {
  return { tenantId, id, field: "sshKey.privateKey" };
}

function present({ sealedPrivateKey: _sealed, ...fields }: StoredKey): SshKey {
  return fields;
}
