import { lstat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Stats } from "node:fs";
import { errorMessage } from "../../../shared/errors.ts";
import type { HostIdentity } from "../../host/host.ts";
import { isMissing } from "../../storage/fault.ts";
import { actedFor, fail, ok, type Check, type Finding, type Surroundings } from "../check.ts";

/** Homes that are missing, somebody else's, or behind a directory their owner can't pass. */
export const checkHomes: Check = async (surroundings) => {
  if (surroundings.config.mode !== "shared") return [];
  const findings = await Promise.all(
    (await actedFor(surroundings)).map(async (name) => {
      const account = await surroundings.accounts.byName(name);
      return account === null ? [] : checkHome(account, surroundings);
    }),
  );
  return findings.flat();
};

async function checkHome(account: HostIdentity, { accounts }: Surroundings): Promise<Finding[]> {
  const { name, uid, gid, home } = account;
  const check = `home of ${name}`;
  const groups = new Set([gid, ...(await accounts.groups(name))]);
  for (const folder of parentsOf(home)) {
    try {
      if (!mayPass(await lstat(folder), uid, groups)) {
        return [fail(check, `${name} can't pass ${folder} on the way to ${home}`, `sudo chmod o+x ${folder}`)];
      }
    } catch (error) {
      if (!isMissing(error)) return [fail(check, errorMessage(error), `sudo chmod o+x ${dirname(folder)}`)];
    }
  }
  try {
    const stats = await lstat(home);
    if (!stats.isDirectory()) return [fail(check, `${home} is no directory`, `sudo mkhomedir_helper ${name}`)];
    if (stats.uid !== uid) return [fail(check, `${home} is not ${name}'s`, `sudo chown ${name}: ${home}`)];
    if ((stats.mode & 0o700) !== 0o700)
      return [fail(check, `${name} can't enter or write ${home}`, `sudo chmod u+rwx ${home}`)];
    if ((stats.mode & 0o022) !== 0) return [fail(check, `others can write in ${home}`, `sudo chmod go-w ${home}`)];
  } catch (error) {
    if (isMissing(error)) return [fail(check, `${home} does not exist`, `sudo mkhomedir_helper ${name}`)];
    return [fail(check, errorMessage(error), `look at the owner and mode of ${home}`)];
  }
  return [ok(check, home)];
}

/** Directories above, from the root down. */
function parentsOf(path: string): string[] {
  const parents: string[] = [];
  for (let at = dirname(path); ; at = dirname(at)) {
    parents.unshift(at);
    if (at === dirname(at)) return parents;
  }
}

/** The execute bit of the first class that fits, as the kernel decides it. */
function mayPass(stats: Stats, uid: number, groups: ReadonlySet<number>): boolean {
  if (stats.uid === uid) return (stats.mode & 0o100) !== 0;
  if (groups.has(stats.gid)) return (stats.mode & 0o010) !== 0;
  return (stats.mode & 0o001) !== 0;
}
