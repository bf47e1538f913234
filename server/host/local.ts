import os from "node:os";
import { AppError } from "../../shared/errors.ts";
import { childEnvironment } from "./environment.ts";
import type { Host, HostIdentity, HostUser } from "./host.ts";
import { createLocalFiles } from "./local-files.ts";
import { withMemory } from "./git-memory.ts";
import { createLocalGit } from "./local-git.ts";
import { spawn } from "./spawn.ts";

export interface LocalHostOptions {
  /** The server's own environment; children get the allow-listed part of it. */
  environment: Readonly<Record<string, string | undefined>>;
}

/**
 * The host of the personal mode: it acts as the Linux user the server runs as, and as nobody else. The home is `$HOME`.
 */
export function createLocalHost({ environment }: LocalHostOptions): Host {
  const user = createLocalUser(ownIdentity(environment), environment);
  return {
    currentUser: user.name,
    as(linuxUser) {
      if (linuxUser === user.name) return Promise.resolve(user);
      const message = `This server runs as ${user.name} and cannot act as ${JSON.stringify(linuxUser)}: acting as other Linux users needs the shared mode.`;
      return Promise.reject(new AppError("forbidden", message));
    },
  };
}

/** `$HOME` stands in for the home of the passwd entry: the personal mode's way to have another. */
function ownIdentity(environment: LocalHostOptions["environment"]): HostIdentity {
  const entry = os.userInfo();
  const home = environment["HOME"];
  return {
    name: entry.username,
    uid: entry.uid,
    gid: entry.gid,
    home: home !== undefined && home.startsWith("/") ? home : entry.homedir,
    shell: entry.shell ?? "/bin/sh",
  };
}

/** Acts as the Linux user this process runs as; children get the allow-listed part of the environment. */
export function createLocalUser(who: HostIdentity, environment: LocalHostOptions["environment"]): HostUser {
  const { name, uid, gid, home, shell } = who;
  const identity = { name, uid, gid, home, shell };
  const files = createLocalFiles();
  return {
    ...identity,
    files,
    git: withMemory(createLocalGit({ user: identity, environment, files }), home),
    run: (argv, { cwd = home, env, ...options } = {}) =>
      spawn(argv, { cwd, env: childEnvironment(environment, identity, env), ...options }),
  };
}
