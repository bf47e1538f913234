import type { Clock } from "../../shared/clock.ts";
import { savedFilter, type SavedFilter, type SavedFilterInput } from "../../shared/entities/filter.ts";
import { AppError } from "../../shared/errors.ts";
import { mayUse, type TenantScope } from "../../shared/rules/permissions.ts";
import { EntityDirectory } from "../directory/entities.ts";
import type { EventBus } from "../events/bus.ts";
import type { DocumentStore } from "../storage/document-store.ts";

export interface FilterServiceOptions {
  store: DocumentStore;
  events: EventBus;
  clock: Clock;
}

export interface FilterUser extends TenantScope {
  userId: string;
}

/** Saved filters of the issue tree: a person's own, and those shared with a tenant. */
export class FilterService {
  readonly #directory: EntityDirectory<SavedFilter>;
  readonly #events: EventBus;

  private constructor(directory: EntityDirectory<SavedFilter>, events: EventBus) {
    this.#directory = directory;
    this.#events = events;
  }

  static async open(options: FilterServiceOptions): Promise<FilterService> {
    const directory = await EntityDirectory.open<SavedFilter>({
      ...options,
      definition: { name: "filters", parse: (value) => savedFilter.parse(value) },
      entity: "filter",
      tenantOf: ({ tenantId }) => tenantId,
      ownerOf: ({ shared, ownerId }) => (shared ? undefined : ownerId),
      present: (record) => record,
    });
    return new FilterService(directory, options.events);
  }

  find(id: string): SavedFilter | undefined {
    return this.#directory.find(id);
  }

  get(id: string): SavedFilter {
    return this.#directory.get(id);
  }

  /** What a person sees among these: their own and the shared ones; administrators see all that are shared. */
  list(user: FilterUser, fits: (filter: SavedFilter) => boolean): SavedFilter[] {
    return this.#directory.list((filter) => (filter.shared || filter.ownerId === user.userId) && fits(filter));
  }

  /** @throws AppError forbidden where it is to be shared without the right to, name_taken */
  async create(user: FilterUser, input: SavedFilterInput): Promise<SavedFilter> {
    if (input.shared) requireSharing(user);
    this.#requireFreeName({ ...input, ownerId: user.userId }, null);
    return this.#directory.create({ ...input, ownerId: user.userId });
  }

  /** @throws AppError forbidden for another person's, and a shared one without the right to share; stale_version, name_taken */
  async update(
    user: FilterUser,
    id: string,
    version: number | undefined,
    fields: Partial<Omit<SavedFilterInput, "tenantId">>,
  ): Promise<SavedFilter> {
    const before = this.#directory.get(id);
    requireOwner(user, before);
    // Whoever lost the right may still take theirs back, not change what everyone sees.
    if (fields.shared ?? before.shared) requireSharing(user);
    this.#requireFreeName({ ...before, ...fields }, id);
    const stored = await this.#directory.update(id, version, (current) => ({ ...current, ...fields }));
    if (before.shared && !stored.shared) {
      // Everyone else is told that it is gone; its owner, that it is still there.
      this.#events.publish({ entity: "filter", change: "deleted", id, tenantId: stored.tenantId });
      const { tenantId, ownerId } = stored;
      this.#events.publish({ entity: "filter", change: "changed", id, tenantId, ownerId, data: stored });
    }
    return stored;
  }

  /** @throws AppError forbidden for another person's, stale_version */
  async remove(user: FilterUser, id: string, version: number | undefined): Promise<void> {
    requireOwner(user, this.#directory.get(id));
    await this.#directory.remove(id, version);
  }

  /** Names are told apart among the shared filters of a tenant, and among a person's own. */
  #requireFreeName(
    { tenantId, name, shared, ownerId }: Pick<SavedFilter, "tenantId" | "name" | "shared" | "ownerId">,
    id: string | null,
  ): void {
    const wanted = name.toLowerCase();
    const taken = this.#directory.list(
      (other) =>
        other.id !== id &&
        other.tenantId === tenantId &&
        other.shared === shared &&
        (shared || other.ownerId === ownerId) &&
        other.name.toLowerCase() === wanted,
    );
    if (taken.length > 0) {
      throw new AppError("name_taken", `There is a filter "${name}" already. Choose another name.`, {
        errors: [{ path: "name", message: "is taken" }],
      });
    }
  }
}

function requireSharing({ level }: FilterUser): void {
  if (mayUse(level, "issues.write")) return;
  throw new AppError("forbidden", `Sharing a filter needs the right issues.write, which ${level} has not.`);
}

function requireOwner({ level, userId }: FilterUser, { ownerId, name }: SavedFilter): void {
  if (level === "admin" || ownerId === userId) return;
  throw new AppError("forbidden", `"${name}" is somebody else's filter. Save one of your own with its conditions.`);
}
