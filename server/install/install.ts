import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { copyFile } from "node:fs/promises";
import { isoTime, systemClock } from "../../shared/clock.ts";
import { AppError, errorMessage } from "../../shared/errors.ts";
import { linuxUserName } from "../../shared/rules/names.ts";
import { helperFiles, verifyHelper } from "../host/install-helper.ts";
import { checkSudoers, sudoersText } from "../host/sudoers.ts";
import { directoryStep, fileStep, type OwnerOf } from "./file-step.ts";
import type { InstallPlaces } from "./places.ts";
import { programStep } from "./program-step.ts";
import { readRecord, recordText } from "./record.ts";
import type { Step } from "./step.ts";
import { accountOf, hasSystemd, knowsSystemd, system } from "./system.ts";
import { commandText, tmpfilesText, unitText } from "./unit.ts";

export interface InstallOptions {
  places: InstallPlaces;
  version: string;
  /** The folder with the built server. */
  built: string;
  /** The account the server runs as; made where it is missing. */
  serviceUser: string;
  port: number;
  /** Linux users it may act as. */
  people: readonly string[];
  /** Whether the service is enabled and started, where systemd runs. */
  start: boolean;
}

/**
 * Everything an installation does, in order. Nothing is done here.
 * @throws AppError invalid_input, not_found (an account of the people), tool_missing
 */
export async function installSteps(options: InstallOptions): Promise<Step[]> {
  const { places, serviceUser, port, people } = options;
  await requireSound(options);
  const service: OwnerOf = () => accountOf(serviceUser);
  const config = {
    mode: "shared",
    port,
    dataDir: places.dataDir,
    runtimeDir: places.runtimeDir,
    keyFile: places.keyFile,
    helper: places.helper,
  };
  const client = { url: `http://127.0.0.1:${port}`, serviceUser };
  const steps: Step[] = [
    userStep(serviceUser, places),
    directoryStep({ path: places.prefix, mode: 0o755 }),
    programStep(options.built, places.serverDir),
    ...helperSteps(options),
    commandStep(places),
    directoryStep({ path: places.configDir, mode: 0o755 }),
    directoryStep({ path: join(places.keyFile, ".."), mode: 0o700, owner: service }),
    directoryStep({ path: places.dataDir, mode: 0o700, owner: service }),
    directoryStep({ path: places.runtimeDir, mode: 0o711, owner: service }),
    fileStep({
      what: `write the configuration ${places.configFile} (one that is there is kept)`,
      path: places.configFile,
      content: `${JSON.stringify(config, undefined, 2)}\n`,
      mode: 0o640,
      owner: async () => {
        const account = await service();
        return account === null ? null : { uid: 0, gid: account.gid };
      },
      keepPresent: true,
    }),
    sudoersStep(places, serviceUser, people),
    fileStep({
      what: `write ${places.clientFile}, by which people's clients find the server`,
      path: places.clientFile,
      content: `${JSON.stringify(client, undefined, 2)}\n`,
      mode: 0o644,
    }),
  ];
  if (knowsSystemd()) steps.push(...systemdSteps(options));
  const former = await readRecord(places.record);
  steps.push(
    fileStep({
      what: `note what was installed in ${places.record}`,
      path: places.record,
      content: recordText({
        instance: places.instance,
        serviceUser,
        people: [...people],
        userMade: former?.userMade === true || (await service()) === null,
        version: options.version,
        installedAt: former?.version === options.version ? former.installedAt : isoTime(systemClock),
      }),
      mode: 0o644,
    }),
  );
  return steps;
}

async function requireSound({ serviceUser, people }: InstallOptions): Promise<void> {
  if (!linuxUserName.test(serviceUser) || serviceUser === "root") {
    throw new AppError(
      "invalid_input",
      `"${serviceUser}" can't be the service user: name an account that is not root.`,
    );
  }
  for (const name of people) {
    const account = await accountOf(name);
    if (account === null) {
      throw new AppError("not_found", `There is no Linux user ${name}. Make the account, or leave it out (--user).`);
    }
    if (account.uid === 0) throw new AppError("invalid_input", `The server never acts as root: leave ${name} out.`);
  }
  if (people.length > 0 && !existsSync("/usr/sbin/visudo")) {
    throw new AppError(
      "tool_missing",
      "sudo is not installed; without it nobody can be acted for. Run: apt install sudo",
    );
  }
}

function userStep(name: string, { dataDir }: InstallPlaces): Step {
  return {
    what: `make the system user ${name} (home ${dataDir}, no login)`,
    isDone: async () => (await accountOf(name)) !== null,
    apply: async () => {
      const account = ["--system", "--user-group", "--no-create-home", "--home-dir", dataDir];
      await system(["useradd", ...account, "--shell", "/usr/sbin/nologin", "--comment", "aiops server", name]);
      return async () => void (await system(["userdel", name]));
    },
  };
}

function helperSteps({ places, built }: InstallOptions): Step[] {
  const files = helperFiles(places.prefix, { program: join(built, "helper.mjs") });
  const steps = files.map(({ path, mode, from }) =>
    fileStep({
      what: `install ${path}, root-owned, for acting as other users`,
      path,
      content: "text" in from ? from.text : () => readFile(from.file),
      mode,
    }),
  );
  return [
    ...steps,
    {
      what: "check that nobody but root could change the helper or what it loads",
      isDone: () => Promise.resolve(verifyHelper(places.helper).length === 0),
      apply: () => {
        const problems = verifyHelper(places.helper).map(({ problem, mend }) => `${problem} Run: ${mend}`);
        throw new AppError("unsafe_path", problems.join(" "));
      },
    },
  ];
}

function commandStep(places: InstallPlaces): Step {
  const content = commandText(places);
  return fileStep({ what: `write the command ${places.command}`, path: places.command, content, mode: 0o755 });
}

function sudoersStep(places: InstallPlaces, service: string, people: readonly string[]): Step {
  const text = sudoersText({ service, users: people, program: places.helper });
  const lines = text.split("\n").filter((line) => line.startsWith(`${service} `));
  const what =
    lines.length === 0
      ? `write ${places.sudoers} without a user: nobody can be acted for yet (aiops install --user NAME)`
      : `write ${places.sudoers}, checked by visudo: ${lines.join("; ")}`;
  const check = existsSync("/usr/sbin/visudo") ? checkSudoers : undefined;
  return fileStep({ what, path: places.sudoers, content: text, mode: 0o440, ...(check !== undefined && { check }) });
}

function systemdSteps({ places, serviceUser, start }: InstallOptions): Step[] {
  const reload = async () => {
    if (hasSystemd()) await system(["systemctl", "daemon-reload"]);
  };
  const name = basename(places.unit);
  const steps = [
    ...(existsSync("/etc/tmpfiles.d")
      ? [
          fileStep({
            what: `write ${places.tmpfiles}, which makes ${places.runtimeDir} at each start of the machine`,
            path: places.tmpfiles,
            content: tmpfilesText(places, serviceUser),
            mode: 0o644,
          }),
        ]
      : []),
    fileStep({
      what: `write the unit ${places.unit}, checked by systemd-analyze`,
      path: places.unit,
      content: unitText(places, serviceUser),
      mode: 0o644,
      check: (file) => verifyUnit(file, name),
      onChange: reload,
    }),
  ];
  return start && hasSystemd() ? [...steps, startStep(name)] : steps;
}

function startStep(unit: string): Step {
  const is = async (state: string) => (await system(["systemctl", state, "--quiet", unit], { check: false })).exitCode;
  return {
    what: `enable and start ${unit}`,
    isDone: async () => (await is("is-enabled")) === 0 && (await is("is-active")) === 0,
    apply: async () => {
      await system(["systemctl", "enable", "--now", unit]);
      return async () => void (await system(["systemctl", "disable", "--now", unit]));
    },
  };
}

/** Has systemd read the unit, where it is there to do so. @throws AppError invalid_input with what it says */
async function verifyUnit(file: string, name: string): Promise<void> {
  if (!existsSync("/usr/bin/systemd-analyze")) return;
  const directory = await mkdtemp(join(tmpdir(), "aiops-unit-"));
  try {
    // By its own name: the name is part of what is checked.
    await copyFile(file, join(directory, name));
    const { stderr } = await system(["systemd-analyze", "verify", join(directory, name)], { check: false });
    // It also warns of other units of the machine, which are not ours to judge; of this one there is nothing to warn.
    const own = stderr.split("\n").filter((line) => line.includes(name));
    if (own.length > 0) {
      throw new AppError("invalid_input", `systemd does not accept the unit: ${own.join(" ")}`);
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("command_failed", `The unit could not be checked: ${errorMessage(error)}`, { cause: error });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
