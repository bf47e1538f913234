import { constants } from "node:fs";
import { access, lstat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errorMessage } from "../shared/errors.ts";
import type { Environment } from "./config/load.ts";
import type { Config } from "./config/schema.ts";
import { createLocalHost } from "./host/local.ts";
import type { HostUser } from "./host/host.ts";
import { readAnnouncement } from "./runtime.ts";
import { currentHolder } from "./storage/data-directory.ts";
import { findDamagedCollections } from "./storage/recovery.ts";

export interface Finding {
  level: "ok" | "warn" | "fail";
  check: string;
  found: string;
  /** The command or change that mends it; null where nothing is wrong. */
  remedy: string | null;
}

/** Bytes below which the disk counts as nearly full. */
const littleRoom = 200 * 1024 * 1024;

/** Looks at this machine as the server would find it. Changes nothing. */
export async function diagnose(config: Config, env: Environment): Promise<Finding[]> {
  const host = createLocalHost({ environment: env });
  const user = await host.as(host.currentUser);
  const looked = await Promise.all([
    checkProgram(user, "git", ["git", "--version"], "apt-get install git"),
    checkProgram(user, "tmux", ["tmux", "-V"], "apt-get install tmux"),
    checkPrivate("data directory", config.dataDir, 0o700),
    checkPrivate("key file", config.keyFile, 0o600),
    checkRoom(config.dataDir),
    checkDocuments(config.dataDir),
    checkServer(config),
  ]);
  return [checkNode(), ...looked, checkRoot()];
}

function ok(check: string, found: string): Finding {
  return { level: "ok", check, found, remedy: null };
}

function checkNode(): Finding {
  const [major = 0] = process.versions.node.split(".").map(Number);
  return major >= 24
    ? ok("node", process.versions.node)
    : {
        level: "fail",
        check: "node",
        found: process.versions.node,
        remedy: "run aiops through its own launcher (npx aiops), which brings Node 24",
      };
}

async function checkProgram(user: HostUser, check: string, argv: string[], remedy: string): Promise<Finding> {
  try {
    const { stdout } = await user.run(argv);
    return ok(check, stdout.trim());
  } catch (error) {
    return { level: "fail", check, found: errorMessage(error), remedy };
  }
}

async function checkPrivate(check: string, path: string, mode: number): Promise<Finding> {
  try {
    const stats = await lstat(path);
    const wanted = mode.toString(8);
    if (stats.uid !== process.getuid?.())
      return { level: "fail", check, found: `${path} belongs to another user`, remedy: `chown -R $(id -un) ${path}` };
    if ((stats.mode & 0o077) !== 0)
      return {
        level: "fail",
        check,
        found: `${path} can be entered or read by others`,
        remedy: `chmod ${wanted} ${path}`,
      };
    return ok(check, path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT")
      return ok(check, `${path} (made at the first start)`);
    return { level: "fail", check, found: errorMessage(error), remedy: "check its owner and mode" };
  }
}

async function checkRoom(path: string): Promise<Finding> {
  const place = await firstExisting(path);
  const { bavail, bsize } = await statfs(place);
  const free = bavail * bsize;
  const found = `${Math.floor(free / 1024 / 1024)} MB free`;
  if (free >= littleRoom) return ok("disk", found);
  return { level: "warn", check: "disk", found, remedy: "free some room: writes answer 507 when the disk is full" };
}

async function checkDocuments(dataDir: string): Promise<Finding> {
  const check = "data files";
  const documents = join(dataDir, "documents");
  if ((await firstExisting(documents)) !== documents) return ok(check, "none yet");
  const damaged = await findDamagedCollections(documents);
  if (damaged.length === 0) return ok(check, "whole");
  const found = damaged.map(
    ({ error, recoverable }) => `${error.message} (${recoverable ?? "no"} records recoverable)`,
  );
  return { level: "fail", check, found: found.join(" "), remedy: "stop the server, then: aiops doctor --repair" };
}

async function firstExisting(path: string): Promise<string> {
  try {
    await access(path, constants.F_OK);
    return path;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    return firstExisting(dirname(path));
  }
}

async function checkServer(config: Config): Promise<Finding> {
  const check = "server";
  try {
    const announced = await readAnnouncement(config.runtimeDir);
    if (announced === undefined) {
      const holder = currentHolder(config.dataDir);
      if (holder === undefined) return ok(check, "not running (VS Code starts it, or: aiops serve)");
      return {
        level: "warn",
        check,
        found: `process ${holder.pid} holds the data but announced no address`,
        remedy: `wait, or: kill ${holder.pid}`,
      };
    }
    const response = await fetch(new URL("/ready", announced.url), { signal: AbortSignal.timeout(3_000) });
    if (response.ok) return ok(check, `${announced.url} (version ${announced.version}, process ${announced.pid})`);
    return { level: "fail", check, found: `${announced.url} answers ${response.status}`, remedy: "see its log" };
  } catch (error) {
    return { level: "warn", check, found: errorMessage(error), remedy: "start it: aiops serve" };
  }
}

function checkRoot(): Finding {
  return process.getuid?.() === 0
    ? {
        level: "warn",
        check: "user",
        found: "root",
        remedy: "use an ordinary account: sessions and AI tools have all its rights",
      }
    : ok("user", "not root");
}
