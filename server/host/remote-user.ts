import type { CallOptions } from "./helper-client.ts";
import { isRecord } from "./helper/arguments.ts";
import { fileMethods, gitMethods } from "./helper/verbs.ts";
import type { HostFiles } from "./files.ts";
import type { HostGit } from "./git.ts";
import type { HostIdentity, HostUser, Run } from "./host.ts";

export type RemoteCall = (verb: string, args: readonly unknown[], options: CallOptions) => Promise<unknown>;

/** A `HostUser` whose every method is a call to that user's helper. */
export function createRemoteUser({ name, uid, gid, home, shell }: HostIdentity, call: RemoteCall): HostUser {
  const method =
    (verb: string) =>
    (...args: unknown[]) => {
      const { plain, options } = withoutHooks(args);
      return call(verb, plain, options);
    };
  const methods = (group: string, names: readonly string[]): unknown =>
    Object.fromEntries(names.map((each) => [each, method(`${group}.${each}`)]));
  return {
    name,
    uid,
    gid,
    home,
    shell,
    run: method("run") as Run,
    // The names are those of the interfaces (verbs.ts is checked against them), and results are plain data.
    files: methods("files", fileMethods) as HostFiles,
    git: methods("git", gitMethods) as HostGit,
  };
}

/** Signals and callbacks stay here; the rest of the options crosses the pipe. */
function withoutHooks(args: readonly unknown[]): { plain: unknown[]; options: CallOptions } {
  const plain = [...args];
  while (plain.length > 0 && plain.at(-1) === undefined) plain.pop();
  const last = plain.at(-1);
  if (!isRecord(last)) return { plain, options: {} };
  const { signal, onProgress, ...rest } = last as CallOptions & Record<string, unknown>;
  plain[plain.length - 1] = rest;
  return { plain, options: { signal, onProgress } };
}
