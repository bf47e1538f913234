import { stat } from "node:fs/promises";
import { systemClock } from "../../shared/clock.ts";
import { AppError } from "../../shared/errors.ts";
import type { Environment } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { Accounts } from "../host/accounts.ts";
import { createLocalHost } from "../host/local.ts";
import { createSharedHost } from "../host/shared.ts";
import { isMissing } from "../storage/fault.ts";
import { LinuxUsers, type LinuxUserMapping } from "../users/linux-users.ts";
import type { Check, Finding } from "./check.ts";
import { checkAccount } from "./checks/account.ts";
import { checkClientFile } from "./checks/client-file.ts";
import { checkClock } from "./checks/clock.ts";
import { checkGitConfig } from "./checks/git-config.ts";
import { checkHelper } from "./checks/helper.ts";
import { checkHomes } from "./checks/homes.ts";
import { checkKeys } from "./checks/keys.ts";
import { checkOwnFiles } from "./checks/own-files.ts";
import { checkPeople } from "./checks/people.ts";
import { checkPrograms } from "./checks/programs.ts";
import { checkRunning } from "./checks/running.ts";
import { checkStorage } from "./checks/storage.ts";
import { checkPasswordless, checkSudoers } from "./checks/sudoers.ts";
import { checkTls } from "./checks/tls.ts";
import { readPeople } from "./people.ts";

const checks: readonly Check[] = [
  checkPrograms,
  checkOwnFiles,
  checkKeys,
  checkStorage,
  checkRunning,
  checkTls,
  checkClientFile,
  checkHelper,
  checkPeople,
  checkSudoers,
  checkPasswordless,
  checkHomes,
  checkGitConfig,
  checkClock,
  checkAccount,
];

/** Looks at this machine as the server would find it. Changes nothing. */
export async function diagnose(config: Config, env: Environment): Promise<Finding[]> {
  const accounts = new Accounts(systemClock);
  const local = createLocalHost({ environment: env });
  const self = await local.as(local.currentUser);
  const shared = createSharedHost({ environment: env, accounts, program: config.helper, idleMs: 10_000 });
  let known: Promise<readonly LinuxUserMapping[]> | undefined;
  const surroundings = {
    config,
    env,
    clock: systemClock,
    self,
    service: await serviceOf(config, self, accounts),
    accounts,
    people: () => (known ??= readMappings(config, accounts)),
    as: (linuxUser: string) => shared.as(linuxUser),
  };
  try {
    const findings: Finding[] = [];
    for (const check of checks) findings.push(...(await check(surroundings)));
    return findings;
  } finally {
    await shared.close();
  }
}

/** Where root looks at a shared server, it is the one who owns the data; else whoever looks. */
async function serviceOf(config: Config, self: { name: string; uid: number }, accounts: Accounts) {
  if (self.uid !== 0 || config.mode !== "shared") return { name: self.name, uid: self.uid };
  try {
    const { uid } = await stat(config.dataDir);
    return { name: (await accounts.byUid(uid))?.name ?? String(uid), uid };
  } catch (error) {
    if (isMissing(error)) return { name: self.name, uid: self.uid };
    throw error;
  }
}

async function readMappings(config: Config, accounts: Accounts): Promise<readonly LinuxUserMapping[]> {
  if (config.mode !== "shared") return [];
  const { linuxUserStrategy: strategy, linuxUserMapping: mapping, dataDir } = config;
  try {
    const people = await readPeople(dataDir);
    const list = (fits: (user: (typeof people)[number]) => boolean = () => true) => people.filter(fits);
    return await new LinuxUsers({ strategy, mapping, users: { list }, accounts }).table();
  } catch (error) {
    // Unreadable or damaged data has a check of its own.
    if (error instanceof AppError || isMissing(error)) return [];
    throw error;
  }
}
