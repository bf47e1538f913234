import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { bundles } from "../../scripts/build/bundles.ts";
import { root } from "../../scripts/setup/places.mjs";
import { fromWire, type WireError } from "../../server/host/helper/protocol.ts";
import type { HostIdentity, HostUser } from "../../server/host/host.ts";
import { installHelper, type InstallHelperOptions } from "../../server/host/install-helper.ts";
import { createRemoteUser } from "../../server/host/remote-user.ts";
import { sudoersText } from "../../server/host/sudoers.ts";
import { spawnAs, type LinuxUsers, type TestLinuxUser } from "./linux-users.ts";

/** Builds the helper and installs it root-owned; answers its launcher, as the setting `helper` takes it. */
export async function installTestHelper(users: LinuxUsers, options: InstallHelperOptions = {}): Promise<string> {
  const prefix = await users.rootDirectory();
  const built = await mkdtemp(join(tmpdir(), "aiops-helper-"));
  try {
    const helper = bundles(built, false).find(({ name }) => name === "helper");
    if (helper === undefined) throw new Error("there is no helper to build");
    await build(helper.options);
    return await installHelper(prefix, { program: join(built, "helper.mjs"), ...options });
  } finally {
    await rm(built, { recursive: true, force: true });
  }
}

/** The shared host in a process of its own that runs as the service user. */
export interface TestSharedHost {
  service: TestLinuxUser;
  pid: number;
  /** As the server would have it; every call goes through the service user's process. */
  as(user: string): Promise<HostUser>;
  /** Process ids of the helpers that run, by Linux user. */
  helpers(): Promise<Record<string, number>>;
  /** Asks and answers at once with a way to cancel, for calls that take long. */
  begin(user: string, verb: string, args: unknown[]): { done: Promise<unknown>; cancel: () => Promise<unknown> };
  stop(): Promise<void>;
}

export interface TestSharedHostOptions {
  service: TestLinuxUser;
  /** The installed launcher. */
  program: string;
  idleMs?: number;
  /** Added to the environment of the service user's process. */
  env?: Record<string, string>;
}

export async function startSharedHost(users: LinuxUsers, options: TestSharedHostOptions): Promise<TestSharedHost> {
  const { service, program, idleMs = 60_000, env = {} } = options;
  const folder = await users.rootDirectory();
  const script = join(folder, "host.mjs");
  await build({
    absWorkingDir: root,
    entryPoints: ["test/fixtures/shared-host-process.ts"],
    outfile: script,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node24",
    banner: { js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);` },
  });
  // The tests' own interpreter may lie in a home that is closed to the service user.
  const node = join(folder, "node");
  await copyFile(process.execPath, node);
  const child = spawnAs(service, [node, script, program, String(idleMs)], { env });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => void (said += text));
  const ended = Promise.withResolvers<void>();
  child.once("close", () => {
    for (const { reject } of waiting.values()) reject(new Error(`the service's process ended: ${said}`));
    ended.resolve();
  });
  if (child.stdout) {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const { id, value, error } = JSON.parse(line) as { id: number; value?: unknown; error?: WireError };
      if (error) waiting.get(id)?.reject(fromWire(error));
      else waiting.get(id)?.resolve(value);
      waiting.delete(id);
    });
  }
  let last = 0;
  const ask = (user: string, verb: string, args: readonly unknown[]) => {
    const id = (last += 1);
    const answer = Promise.withResolvers<unknown>();
    waiting.set(id, answer);
    child.stdin?.write(`${JSON.stringify({ id, user, verb, args })}\n`);
    return { id, done: answer.promise };
  };
  return {
    service,
    pid: child.pid ?? 0,
    async as(user) {
      const identity = (await ask(user, "identity", []).done) as HostIdentity;
      return createRemoteUser(identity, (verb, args) => ask(user, verb, args).done);
    },
    helpers: async () => (await ask("", "helpers", []).done) as Record<string, number>,
    begin(user, verb, args) {
      const { id, done } = ask(user, verb, args);
      return { done, cancel: () => ask(user, "cancel", [id]).done };
    },
    async stop() {
      child.stdin?.end();
      await ended.promise;
    },
  };
}

/** The sudoers file the product prints, installed; answers how to remove it. */
export function letActAs(
  users: LinuxUsers,
  service: TestLinuxUser,
  people: readonly { name: string }[],
  program: string,
): Promise<() => Promise<void>> {
  const text = sudoersText({ service: service.name, users: people.map(({ name }) => name), program });
  return users.installSudoers(text);
}
