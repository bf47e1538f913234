// The helper: acts as the Linux user it was started as, for the one server at the other end of its standard input.
// Installed root-owned, started by its launcher over a sudoers line without arguments (docs/decisions).
import { statSync } from "node:fs";
import { Socket } from "node:net";
import os from "node:os";
import { errorMessage } from "../../../shared/errors.ts";
import { createLocalUser } from "../local.ts";
import { Connection } from "./connection.ts";
import { exitRefused, type HelperIdentity } from "./protocol.ts";
import { Refusal, verifySurroundings } from "./surroundings.ts";

function main(): void {
  try {
    verifySurroundings();
  } catch (error) {
    const why = error instanceof Refusal ? error.message : `it could not look at itself: ${errorMessage(error)}`;
    process.stderr.write(`aiops-helper refuses to run: ${why}\n`);
    process.exit(exitRefused);
  }
  // What a login gives (login.defs(5)), for the service's own may be stricter: what people's git and sessions make is as
  // if they had made it in their shell. The files the helper itself writes say their modes.
  process.umask(0o022);
  process.chdir("/");
  const identity = ownIdentity();
  const user = createLocalUser(identity, environmentOf(identity));
  // Not process.stdout: writing to a pipe with that stops everything until the server has read.
  const output = new Socket({ fd: 1, readable: false, writable: true });
  const connection = new Connection({ user, identity, input: process.stdin, output });
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => void connection.end(0));
}

/** From the system's user database; nothing is taken from the environment. */
function ownIdentity(): HelperIdentity {
  const { username, uid, gid, homedir, shell } = os.userInfo();
  const groups = process.getgroups?.() ?? [];
  return { name: username, uid, gid, groups, home: homedir, shell: shell ?? "/bin/sh", pid: process.pid };
}

/** Besides the defaults of environment.ts: the user's runtime directory, where systemd made one. */
function environmentOf({ uid }: HelperIdentity): Record<string, string> {
  const directory = `/run/user/${uid}`;
  const made = statSync(directory, { throwIfNoEntry: false });
  return made?.isDirectory() === true && made.uid === uid ? { XDG_RUNTIME_DIR: directory } : {};
}

main();
