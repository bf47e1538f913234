import type { LinuxUserTable, User } from "../../shared/entities/user.ts";
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
  /** Every person with their Linux user and what is wrong with it. */
  table: () => Promise<LinuxUserTable>;
}

/** Maps people to Linux users as the configuration says. */
export function mapLinuxUsers(
  { mode, linuxUserStrategy: strategy, linuxUserMapping: mapping }: Config,
  { host, accounts }: { host: Host; accounts: Accounts },
  users: UserService,
): { linuxUsers: LinuxUsers; here: PeopleHere } {
  const linuxUsers = new LinuxUsers({ strategy, mapping, users, accounts });
  const ids = (people: readonly { id: string }[]) => people.map(({ id }) => id);
  const table = async (): Promise<LinuxUserTable> => {
    const all = await linuxUsers.table();
    const people = all.map(({ user, linuxUser, problem }) => ({
      userId: user.id,
      linuxUser,
      // One's own server acts as its own user alone: that the others have none is nothing to mend.
      problem: mode === "shared" ? (problem ?? sharedAccount(user, linuxUsers)) : null,
    }));
    return { mode, strategy, people };
  };
  const here: PeopleHere =
    mode === "shared"
      ? {
          table,
          people: () => ids(users.list((user) => linuxUsers.find(user) !== null)),
          linuxUsers: () => linuxUsers.existing(),
        }
      : {
          table,
          people: () => ids(linuxUsers.peopleOf(host.currentUser)),
          linuxUsers: () => Promise.resolve([host.currentUser]),
        };
  return { linuxUsers, here };
}

/** Whether others work as the same Linux user, so that it does not tell who signs in: in words, with what to do. */
function sharedAccount(user: User, linuxUsers: LinuxUsers): string | null {
  const linuxUser = linuxUsers.find(user);
  if (linuxUser === null || user.status !== "active") return null;
  const active = linuxUsers.peopleOf(linuxUser).filter(({ status }) => status === "active");
  if (active.length < 2) return null;
  const emails = active.map(({ email }) => email).join(", ");
  return `The Linux user ${linuxUser} is mapped to several people (${emails}), so none of them can sign in by it. Give each their own.`;
}
