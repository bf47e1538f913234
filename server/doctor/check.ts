import type { Clock } from "../../shared/clock.ts";
import type { Environment } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import type { Accounts } from "../host/accounts.ts";
import type { HostUser } from "../host/host.ts";
import type { LinuxUserMapping } from "../users/linux-users.ts";

export interface Finding {
  level: "ok" | "warn" | "fail";
  check: string;
  found: string;
  /** The command or change that mends it; null where nothing is wrong. */
  remedy: string | null;
}

/** What a check may look at. Nothing of it is changed. */
export interface Surroundings {
  config: Config;
  env: Environment;
  clock: Clock;
  /** Whoever runs this; the server's own user but where root looks. */
  self: HostUser;
  /** The Linux user the server runs as. */
  service: { name: string; uid: number };
  accounts: Pick<Accounts, "byName" | "groups">;
  /** Every person with their Linux user, read from the data; empty where nothing can be read. */
  people: () => Promise<readonly LinuxUserMapping[]>;
  /** Acts as a person, as the server does. @throws AppError where it can't */
  as: (linuxUser: string) => Promise<HostUser>;
}

/** Looks for one kind of fault. What it can't look at it says as a finding; it throws nothing. */
export type Check = (surroundings: Surroundings) => Promise<readonly Finding[]>;

export function ok(check: string, found: string): Finding {
  return { level: "ok", check, found, remedy: null };
}

export function warn(check: string, found: string, remedy: string): Finding {
  return { level: "warn", check, found, remedy };
}

export function fail(check: string, found: string, remedy: string): Finding {
  return { level: "fail", check, found, remedy };
}

/** The Linux users of active people that the server is to act as: not its own, and only those that are there. */
export async function actedFor({ people, service }: Surroundings): Promise<string[]> {
  const active = (await people()).filter(({ user, problem }) => user.status === "active" && problem === null);
  const names = active.flatMap(({ linuxUser }) =>
    linuxUser === null || linuxUser === service.name ? [] : [linuxUser],
  );
  return [...new Set(names)].sort();
}
