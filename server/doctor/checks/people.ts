import { fail, ok, warn, type Check } from "../check.ts";

/** People without a Linux user, and mappings to accounts that are not there. */
export const checkPeople: Check = async ({ config, people }) => {
  if (config.mode !== "shared") return [];
  const check = "people";
  const active = (await people()).filter(({ user }) => user.status === "active");
  const wrong = active.filter(({ problem }) => problem !== null);
  if (wrong.length === 0) return [ok(check, `${active.length} mapped to Linux users that are there`)];
  return wrong.map(({ user, linuxUser, problem }) => {
    const change = `aiops request PATCH /api/users/${user.id} --data '{"linuxUser":"NAME"}'`;
    // Who bills or only reads may need no account; one that is named and missing is a mistake.
    if (linuxUser === null) return warn(check, problem ?? "", change);
    return fail(check, problem ?? "", `${change}, or: sudo useradd --create-home ${linuxUser}`);
  });
};
