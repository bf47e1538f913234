import os from "node:os";
import { AppError } from "../../shared/errors.ts";
import { childEnvironment } from "./environment.ts";
import type { Host, HostUser } from "./host.ts";
import { createLocalFiles } from "./local-files.ts";
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
  const user = localUser(environment);
  return {
    currentUser: user.name,
    as(linuxUser) {
      if (linuxUser === user.name) return Promise.resolve(user);
      const message = `This server runs as ${user.name} and cannot act as ${JSON.stringify(linuxUser)}: acting as other Linux users needs the shared mode.`;
      return Promise.reject(new AppError("forbidden", message));
    },
  };
}

function localUser(environment: LocalHostOptions["environment"]): HostUser {
  const entry = os.userInfo();
  const home = environment["HOME"];
  const identity = {
    name: entry.username,
    uid: entry.uid,
    gid: entry.gid,
    home: home !== undefined && home.startsWith("/") ? home : entry.homedir,
    shell: entry.shell ?? "/bin/sh",
  };
  const files = createLocalFiles();
  return {
    ...identity,
    files,
    git: createLocalGit({ user: identity, environment, files }),
    run: (argv, { cwd = identity.home, env, ...options } = {}) =>
      spawn(argv, { cwd, env: childEnvironment(environment, identity, env), ...options }),
  };
}
