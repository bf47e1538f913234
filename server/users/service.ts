import type { Clock } from "../../shared/clock.ts";
import { user, type User, type UserInput } from "../../shared/entities/user.ts";
import { AppError } from "../../shared/errors.ts";
import { EntityDirectory } from "../directory/entities.ts";
import type { EventBus } from "../events/bus.ts";
import type { InTurn } from "../serial.ts";
import type { DocumentStore } from "../storage/document-store.ts";

export interface UserServiceOptions {
  store: DocumentStore;
  events: EventBus;
  clock: Clock;
  /**
   * Around what refers to other records, and what removes them: no reference is left to what is gone, and two
   * administrators who take each other's place away at once do not both succeed.
   */
  inTurn: InTurn;
  /** Whether a tenant exists: memberships may name no other. */
  tenantExists: (tenantId: string) => boolean;
  /** Told of a person who is gone, in the same turn. */
  forgetPerson: (userId: string) => Promise<void>;
}

export class UserService {
  readonly #directory: EntityDirectory<User>;
  readonly #options: UserServiceOptions;

  private constructor(directory: EntityDirectory<User>, options: UserServiceOptions) {
    this.#directory = directory;
    this.#options = options;
  }

  static async open(options: UserServiceOptions): Promise<UserService> {
    const directory = await EntityDirectory.open<User>({
      ...options,
      definition: {
        name: "users",
        parse: (value) => user.parse(value),
        unique: ({ email, username }) => ({ email, username }),
      },
      entity: "user",
      present: (record) => record,
    });
    return new UserService(directory, options);
  }

  find(id: string): User | undefined {
    return this.#directory.find(id);
  }

  get(id: string): User {
    return this.#directory.get(id);
  }

  findByEmail(email: string): User | undefined {
    return this.#directory.findUnique("email", email.toLowerCase());
  }

  list(fits: (user: User) => boolean = () => true): User[] {
    return this.#directory.list(fits);
  }

  async create(input: UserInput): Promise<User> {
    return this.#options.inTurn(async () => {
      this.#checkMemberships(input.memberships);
      return this.#directory.create(input);
    });
  }

  /** A change of level, status or memberships ends the person's live streams, so that they come back with the new rights. */
  async update(id: string, version: number | undefined, fields: Partial<UserInput>): Promise<User> {
    const change = (current: User) => {
      const next = { ...current, ...fields };
      if (isAdmin(current) && !isAdmin(next)) this.#keepOneAdmin(id);
      return next;
    };
    const updated = await this.#options.inTurn(async () => {
      this.#checkMemberships(fields.memberships ?? []);
      return this.#directory.update(id, version, change);
    });
    if (fields.level !== undefined || fields.status !== undefined || fields.memberships !== undefined) {
      this.#options.events.endUser(id);
    }
    return updated;
  }

  async remove(id: string, version: number | undefined): Promise<void> {
    await this.#options.inTurn(async () => {
      if (isAdmin(this.get(id))) this.#keepOneAdmin(id);
      await this.#directory.remove(id, version);
      await this.#options.forgetPerson(id);
    });
    this.#options.events.endUser(id);
  }

  #keepOneAdmin(leaving: string): void {
    if (this.#directory.list((other) => other.id !== leaving && isAdmin(other)).length > 0) return;
    throw new AppError("conflict", "This is the last active administrator. Make somebody else one first.");
  }

  #checkMemberships(memberships: User["memberships"]): void {
    const unknown = memberships.findIndex(({ tenantId }) => !this.#options.tenantExists(tenantId));
    if (unknown < 0) return;
    throw new AppError("invalid_input", "A membership names a tenant that does not exist.", {
      errors: [{ path: `memberships.${unknown}.tenantId`, message: "There is no such tenant." }],
    });
  }
}

function isAdmin(person: User): boolean {
  return person.level === "admin" && person.status === "active";
}
