import type { User } from "../../shared/entities/user.ts";
import { AppError } from "../../shared/errors.ts";
import { linuxUserName } from "../../shared/rules/names.ts";
import type { Accounts } from "../host/accounts.ts";
import type { UserService } from "./service.ts";

export interface LinuxUserOptions {
  /** `mapping`: the person's record, else the configured table. `direct`: the aiops user name. */
  strategy: "mapping" | "direct";
  /** Linux users by e-mail address. */
  mapping: Readonly<Record<string, string>>;
  users: Pick<UserService, "list">;
  accounts: Accounts;
}

/** How one person stands: mapped or not, to an account that is there or not. */
export interface LinuxUserMapping {
  user: User;
  linuxUser: string | null;
  /** In words, with what to do; null where the person can work here. */
  problem: string | null;
}

/** Which Linux user each person works as on this host, and whose each Linux user is. */
export class LinuxUsers {
  readonly #options: LinuxUserOptions;
  readonly #table: ReadonlyMap<string, string>;

  constructor(options: LinuxUserOptions) {
    this.#options = options;
    this.#table = new Map(Object.entries(options.mapping).map(([email, name]) => [email.toLowerCase(), name]));
  }

  /** Null where the person has none: then nothing is done for them that needs one. */
  find({ username, linuxUser, email }: Pick<User, "username" | "linuxUser" | "email">): string | null {
    if (this.#options.strategy === "direct") return linuxUserName.test(username) ? username : null;
    return linuxUser === "" ? (this.#table.get(email.toLowerCase()) ?? null) : linuxUser;
  }

  /** @throws AppError `forbidden`, saying what to do: nothing is ever done as somebody else instead */
  nameOf(user: Pick<User, "username" | "linuxUser" | "email">): string {
    const name = this.find(user);
    if (name !== null) return name;
    throw new AppError("forbidden", this.#unmapped(user));
  }

  /** The people a Linux user stands for; usually one. */
  peopleOf(linuxUser: string): User[] {
    return this.#options.users.list((user) => this.find(user) === linuxUser);
  }

  /**
   * The one active person a Linux user stands for; undefined where there is none.
   * @throws AppError `conflict` where it stands for several: it does not tell which one it is
   */
  personOf(linuxUser: string): User | undefined {
    const [person, ...others] = this.peopleOf(linuxUser).filter(({ status }) => status === "active");
    if (others.length === 0) return person;
    const message = `The Linux user ${linuxUser} is mapped to several people, so it does not tell who you are. An administrator gives each their own.`;
    throw new AppError("conflict", message);
  }

  /** The same by the number the kernel knows. */
  async personOfUid(uid: number): Promise<User | undefined> {
    const account = await this.#options.accounts.byUid(uid);
    return account === null ? undefined : this.personOf(account.name);
  }

  /** Every person with their mapping and what is wrong with it. */
  async table(): Promise<LinuxUserMapping[]> {
    const people = this.#options.users.list();
    return Promise.all(people.map((user) => this.#describe(user)));
  }

  /** The Linux users people are mapped to whose accounts are there, each once, in order. */
  async existing(): Promise<string[]> {
    const mapped = (await this.table()).filter(({ problem }) => problem === null);
    return [...new Set(mapped.flatMap(({ linuxUser }) => linuxUser ?? []))].sort();
  }

  async #describe(user: User): Promise<LinuxUserMapping> {
    const linuxUser = this.find(user);
    if (linuxUser === null) return { user, linuxUser, problem: this.#unmapped(user) };
    if ((await this.#options.accounts.byName(linuxUser)) !== null) return { user, linuxUser, problem: null };
    const problem = `${user.email} is mapped to the Linux account ${linuxUser}, which does not exist on this host. Correct the mapping, or make the account.`;
    return { user, linuxUser, problem };
  }

  #unmapped({ email, username }: Pick<User, "email" | "username">): string {
    if (this.#options.strategy === "direct") {
      return `${email} has no Linux account on this host: the user name ${username} is not the name of one. An administrator changes it.`;
    }
    return `${email} has no Linux account on this host. An administrator sets it in the person's record (linuxUser).`;
  }
}
