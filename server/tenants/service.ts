import type { Clock } from "../../shared/clock.ts";
import { tenant, type Tenant, type TenantInput } from "../../shared/entities/tenant.ts";
import { AppError } from "../../shared/errors.ts";
import { EntityDirectory } from "../directory/entities.ts";
import type { EventBus } from "../events/bus.ts";
import type { InTurn } from "../serial.ts";
import { requireVersion } from "../storage/document-collection.ts";
import type { DocumentStore } from "../storage/document-store.ts";

export interface TenantServiceOptions {
  store: DocumentStore;
  events: EventBus;
  clock: Clock;
  /** Around what refers to other records, and what removes them: no reference is left to what is gone. */
  inTurn: InTurn;
  /** Asked before a tenant gets another slug. @throws AppError conflict while something is named after it */
  requireRenamable: (tenant: Tenant) => Promise<void>;
}

/** Names what still belongs to a tenant, as "2 projects"; empty when nothing does. */
export type TenantContents = (tenantId: string) => string[];

export class TenantService {
  readonly #directory: EntityDirectory<Tenant>;
  readonly #options: TenantServiceOptions;

  private constructor(directory: EntityDirectory<Tenant>, options: TenantServiceOptions) {
    this.#directory = directory;
    this.#options = options;
  }

  static async open(options: TenantServiceOptions): Promise<TenantService> {
    const directory = await EntityDirectory.open<Tenant>({
      ...options,
      definition: { name: "tenants", parse: (value) => tenant.parse(value), unique: ({ slug }) => ({ slug }) },
      entity: "tenant",
      present: (record) => record,
    });
    return new TenantService(directory, options);
  }

  find(id: string): Tenant | undefined {
    return this.#directory.find(id);
  }

  get(id: string): Tenant {
    return this.#directory.get(id);
  }

  list(fits: (tenant: Tenant) => boolean): Tenant[] {
    return this.#directory.list(fits);
  }

  create(input: TenantInput): Promise<Tenant> {
    return this.#directory.create(input);
  }

  /** @throws AppError conflict for another slug while one of its projects has a clone, or something runs there */
  async update(id: string, version: number | undefined, fields: Partial<TenantInput>): Promise<Tenant> {
    const before = this.get(id);
    requireVersion(before, version);
    if (fields.slug !== undefined && fields.slug !== before.slug) await this.#options.requireRenamable(before);
    return this.#directory.update(id, version, (current) => ({ ...current, ...fields }));
  }

  /** @throws AppError conflict while anything belongs to it */
  async remove(id: string, version: number | undefined, contents: TenantContents): Promise<void> {
    await this.#options.inTurn(async () => {
      const left = contents(id);
      if (left.length > 0) {
        throw new AppError("conflict", `The tenant still has ${left.join(" and ")}. Delete or move those first.`);
      }
      await this.#directory.remove(id, version);
    });
  }
}
