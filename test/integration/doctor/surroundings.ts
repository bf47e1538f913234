import { join } from "node:path";
import { systemClock } from "../../../shared/clock.ts";
import { user, type User } from "../../../shared/entities/user.ts";
import { loadConfig } from "../../../server/config/load.ts";
import type { Check, Finding, Surroundings } from "../../../server/doctor/check.ts";
import { Accounts } from "../../../server/host/accounts.ts";
import { createLocalHost } from "../../../server/host/local.ts";
import { LinuxUsers } from "../../../server/users/linux-users.ts";

/** What a check sees where nothing is wrong: a home of its own, the user of this process. */
export async function soundSurroundings(
  home: string,
  env: Record<string, string> = {},
  more: Partial<Surroundings> = {},
): Promise<Surroundings> {
  const own = { PATH: process.env["PATH"] ?? "", HOME: home, AIOPS_CONFIG: join(home, "config.json"), ...env };
  const accounts = new Accounts(systemClock);
  const local = createLocalHost({ environment: own });
  const self = await local.as(local.currentUser);
  return {
    config: await loadConfig({
      env: { AIOPS_DATA_DIR: join(home, "data"), AIOPS_KEY_FILE: join(home, "keys.json"), ...own },
    }),
    env: own,
    clock: systemClock,
    self,
    service: { name: self.name, uid: self.uid },
    accounts,
    people: () => Promise.resolve([]),
    as: () => Promise.resolve(self),
    ...more,
  };
}

/** People of these Linux users, as the data would have them. */
export function peopleOf(linuxUsers: readonly string[]): Surroundings["people"] {
  const accounts = new Accounts(systemClock);
  const people: User[] = linuxUsers.map((linuxUser, number) =>
    user.parse({
      id: `u${number}`,
      version: 1,
      createdAt: "2026-11-20T08:00:00.000Z",
      updatedAt: "2026-11-20T08:00:00.000Z",
      email: `person${number}@example.org`,
      username: `person${number}`,
      name: `Person ${number}`,
      level: "technician",
      linuxUser,
      status: "active",
      memberships: [],
      identities: [],
    }),
  );
  const list = (fits: (one: User) => boolean = () => true) => people.filter(fits);
  return () => new LinuxUsers({ strategy: "mapping", mapping: {}, users: { list }, accounts }).table();
}

/** What a check finds besides what is well, as `fail home of ada: … → sudo …`. */
export async function faults(check: Check, surroundings: Surroundings): Promise<string[]> {
  return (await check(surroundings)).filter(({ level }) => level !== "ok").map(said);
}

function said({ level, check, found, remedy }: Finding): string {
  return `${level} ${check}: ${found} → ${remedy ?? ""}`;
}
