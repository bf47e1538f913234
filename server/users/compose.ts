import type { Config } from "../config/schema.ts";
import type { Accounts } from "../host/accounts.ts";
import type { Host } from "../host/host.ts";
import { LinuxUsers } from "./linux-users.ts";
import type { UserService } from "./service.ts";

/** Those this server works for on this host: all who are mapped, or in personal mode the one it runs as. */
export interface PeopleHere {
  /** Ids of people. */
  people: () => string[];
  /** Names of accounts that are there. */
  linuxUsers: () => Promise<readonly string[]>;
}

/** Maps people to Linux users as the configuration says. */
export function mapLinuxUsers(
  { mode, linuxUserStrategy: strategy, linuxUserMapping: mapping }: Config,
  { host, accounts }: { host: Host; accounts: Accounts },
  users: UserService,
): { linuxUsers: LinuxUsers; here: PeopleHere } {
  const linuxUsers = new LinuxUsers({ strategy, mapping, users, accounts });
  const ids = (people: readonly { id: string }[]) => people.map(({ id }) => id);
  const here: PeopleHere =
    mode === "shared"
      ? {
          people: () => ids(users.list((user) => linuxUsers.find(user) !== null)),
          linuxUsers: () => linuxUsers.existing(),
        }
      : {
          people: () => ids(linuxUsers.peopleOf(host.currentUser)),
          linuxUsers: () => Promise.resolve([host.currentUser]),
        };
  return { linuxUsers, here };
}
