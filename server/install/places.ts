import { join } from "node:path";
import { AppError } from "../../shared/errors.ts";
import { linuxUserName } from "../../shared/rules/names.ts";
import { sharedPlaces, type SharedPlaces } from "../config/shared-places.ts";
import { helperProgram } from "../host/install-helper.ts";

/** Every place on the host that belongs to one installed server. */
export interface InstallPlaces extends SharedPlaces {
  instance: string;
  /** The program: root-owned, as everything in it. */
  prefix: string;
  /** The bundle of server and CLI, with its package.json. */
  serverDir: string;
  /** The Node.js of server and helper. */
  node: string;
  helper: string;
  /** The command people type. */
  command: string;
  unit: string;
  tmpfiles: string;
  sudoers: string;
  /** What was installed, for the next install and for uninstall. */
  record: string;
}

/** Names under which `/etc`, `/run` and the like have other things. */
const taken = new Set([
  "systemd",
  "sudo",
  "ssh",
  "sshd",
  "root",
  "node",
  "git",
  "tmux",
  "docker",
  "nginx",
  "postgresql",
]);

/**
 * @param instance the name of one of several servers on a host; everything of it is named after it
 * @throws AppError invalid_input for a name that can't be a user's and a service's, or that belongs to another program
 */
export function installPlaces(instance = "aiops"): InstallPlaces {
  if (!linuxUserName.test(instance) || taken.has(instance)) {
    throw new AppError(
      "invalid_input",
      `"${instance}" can't be the name of a server: use lower-case letters, digits, - and _, as aiops or aiops-staging.`,
    );
  }
  const shared = sharedPlaces(instance);
  const prefix = `/usr/lib/${instance}`;
  return {
    ...shared,
    instance,
    prefix,
    serverDir: join(prefix, "server"),
    node: join(prefix, "node"),
    helper: helperProgram(prefix),
    command: `/usr/local/bin/${instance}`,
    unit: `/etc/systemd/system/${instance}.service`,
    tmpfiles: `/etc/tmpfiles.d/${instance}.conf`,
    sudoers: `/etc/sudoers.d/${instance}`,
    record: join(shared.configDir, "install.json"),
  };
}
