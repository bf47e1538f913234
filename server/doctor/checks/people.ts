import { fail, ok, warn, type Check } from "../check.ts";

/** People without a Linux user, mappings to accounts that are not there, and people who would be the server. */
export const checkPeople: Check = async ({ config, people, service }) => {
  if (config.mode !== "shared") return [];
  const check = "people";
  const active = (await people()).filter(({ user }) => user.status === "active");
  const isServer = (linuxUser: string | null) => linuxUser === service.name;
  const wrong = active.filter(({ linuxUser, problem }) => problem !== null || isServer(linuxUser));
  if (wrong.length === 0) return [ok(check, `${active.length} mapped to Linux users that are there`)];
  return wrong.map(({ user, linuxUser, problem }) => {
    const change = `aiops request PATCH /api/users/${user.id} --data '{"linuxUser":"NAME"}'`;
    if (isServer(linuxUser)) {
      const power = `${user.email} is mapped to the server's own user ${service.name}: their sessions, and the agents in them, can read the server's keys and everybody's data`;
      return fail(check, power, change);
    }
    // Who bills or only reads may need no account; one that is named and missing is a mistake.
    if (linuxUser === null) return warn(check, problem ?? "", change);
    return fail(check, problem ?? "", `${change}, or: sudo useradd --create-home ${linuxUser}`);
  });
};
