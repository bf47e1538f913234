import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../shared/clock.ts";
import type { User } from "../../shared/entities/user.ts";
import { AppError } from "../../shared/errors.ts";
import { loadConfig } from "../config/load.ts";
import { readPeople } from "../doctor/people.ts";
import { Accounts } from "../host/accounts.ts";
import { checkSudoers, sudoersText } from "../host/sudoers.ts";
import { LinuxUsers } from "../users/linux-users.ts";
import { installSteps, type InstallOptions } from "./install.ts";
import type { InstallPlaces } from "./places.ts";
import { removeReplaced } from "./program-step.ts";
import { readRecord } from "./record.ts";
import { carryOut, plan } from "./step.ts";
import { hasSystemd, requireRoot, system } from "./system.ts";
import { uninstallSteps } from "./uninstall.ts";

/** How an installation talks with whoever runs it. */
export interface InstallTalk {
  say(line: string): void;
  /** Whether to go on, after everything was said. */
  confirm(question: string): Promise<boolean>;
  dryRun: boolean;
}

/**
 * Says what will be done, asks, does it, and undoes it where a step fails. Repeated, it does what is missing.
 * @throws AppError cancelled where the answer is no; what a step throws
 */
export async function install(options: InstallOptions, talk: InstallTalk): Promise<void> {
  if (!talk.dryRun) requireRoot("An installation");
  const { places } = options;
  const planned = await plan(await installSteps(options));
  const open = planned.filter(({ done }) => !done);
  for (const { step, done } of planned) talk.say(`${done ? "as it should be" : "to do"}: ${step.what}`);
  if (open.length === 0) {
    talk.say("Nothing is to be done.");
    return;
  }
  if (talk.dryRun) return;
  if (!(await talk.confirm(`Do these ${open.length} steps?`))) throw cancelled();
  await carryOut(
    planned.map(({ step }) => step),
    (line) => talk.say(line),
  );
  await removeReplaced(places.serverDir);
  if (options.start && hasSystemd()) await system(["systemctl", "restart", `${places.instance}.service`]);
  for (const line of nextSteps(options)) talk.say(line);
}

export interface PeopleWishes {
  added: readonly string[];
  without: readonly string[];
  /** Whether everybody that people are mapped to in the data is added. */
  mapped: boolean;
}

/** The Linux users of the installation before, and those that are wished for now. */
export async function installedPeople(places: InstallPlaces, { added, without, mapped }: PeopleWishes) {
  const known = (await readRecord(places.record))?.people ?? [];
  const inData = mapped ? await mappedPeople(places) : [];
  return [...new Set([...known, ...added, ...inData])].filter((name) => !without.includes(name)).sort();
}

/** The accounts active people are mapped to, by the installed configuration. */
async function mappedPeople({ configFile, dataDir }: InstallPlaces): Promise<string[]> {
  const { linuxUserStrategy: strategy, linuxUserMapping: mapping } = await loadConfig({
    env: { AIOPS_CONFIG: configFile, HOME: "/" },
  });
  const people = (await readPeople(dataDir)).filter(({ status }) => status === "active");
  const list = (fits: (user: User) => boolean = () => true) => people.filter(fits);
  return new LinuxUsers({ strategy, mapping, users: { list }, accounts: new Accounts(systemClock) }).existing();
}

/**
 * The sudoers file an installation writes, accepted by visudo where that is there.
 * @throws AppError invalid_input, forbidden without root where visudo is asked
 */
export async function printedSudoers({ helper }: InstallPlaces, service: string, people: readonly string[]) {
  const text = sudoersText({ service, users: people, program: helper });
  if (!existsSync("/usr/sbin/visudo")) return text;
  const directory = await mkdtemp(join(tmpdir(), "aiops-sudoers-"));
  try {
    const file = join(directory, "aiops");
    await writeFile(file, text, { mode: 0o440 });
    await checkSudoers(file);
    return text;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function nextSteps({ places, serviceUser, people }: InstallOptions): string[] {
  const { instance, command } = places;
  const start = hasSystemd()
    ? `The server runs: systemctl status ${instance}`
    : `systemd does not run this machine. Start the server as ${serviceUser}, and again after each start of the machine:\n` +
      `  install -d -o ${serviceUser} -g ${serviceUser} -m 0711 ${places.runtimeDir}\n` +
      `  setsid setpriv --reuid=${serviceUser} --regid=${serviceUser} --init-groups --reset-env -- ${command} serve --mode shared &`;
  return [
    start,
    `Make the first administrator: sudo -u ${serviceUser} ${command} admin create --email YOU@EXAMPLE.ORG`,
    ...(people.length === 0 ? [`Let it act for people: sudo ${command} install --user NAME`] : []),
    `Check everything: sudo -u ${serviceUser} ${command} doctor`,
    `Keep a copy of ${places.keyFile} (made at the first start) apart from the backups.`,
  ];
}

/** Says what will be removed and what stays, asks, and removes it. @throws AppError as `install` */
export async function uninstall(places: InstallPlaces, purge: boolean, talk: InstallTalk): Promise<void> {
  if (!talk.dryRun) requireRoot("An uninstallation");
  const removals = await uninstallSteps(places, purge);
  for (const { what } of removals) talk.say(`to do: ${what}`);
  talk.say(
    purge
      ? "Everything goes: data, keys and configuration. Only a backup and a copy of the keys bring them back."
      : `What stays: the data in ${places.dataDir}, keys and configuration in ${places.configDir}, the service user. ` +
          "Remove them too with --purge.",
  );
  if (talk.dryRun) return;
  if (!(await talk.confirm(`Do these ${removals.length} steps?`))) throw cancelled();
  for (const { what, apply } of removals) {
    await apply();
    talk.say(`done: ${what}`);
  }
}

function cancelled(): AppError {
  return new AppError("cancelled", "Nothing was changed.");
}
