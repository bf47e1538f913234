// VS Code in the browser, for a machine without a `code` command.
import { createHash, randomBytes } from "node:crypto";
import { createServer, type AddressInfo } from "node:net";
import { createReadStream } from "node:fs";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { cleanEnv } from "../lib/env.ts";
import { startGroup, type ProcessGroup } from "../lib/process-group.ts";
import { codeServerDir, nodeBin } from "../setup/places.mjs";

export interface BrowserCode {
  /** The address that opens the workspace. */
  url: string;
  password: string;
  /** The file that holds the password. */
  configFile: string;
  group: ProcessGroup;
}

interface Config {
  port: number;
  password: string;
}

const START_TIMEOUT_MS = 60_000;

/** People may change them; they stand in the user settings of this VS Code alone. */
const firstSettings = {
  "workbench.startupEditor": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "telemetry.telemetryLevel": "off",
  "extensions.ignoreRecommendations": true,
};

const entry = [nodeBin, join(codeServerDir, "out", "node", "entry.js")];

/**
 * Starts code-server on loopback with the packaged extension installed.
 * @param folder keeps its configuration, settings and extensions from start to start
 */
export async function startCodeServer(folder: string, vsix: string, workspace: string): Promise<BrowserCode> {
  const dataDir = join(folder, "data");
  await mkdir(join(dataDir, "User"), { recursive: true, mode: 0o700 });
  await writeNew(join(dataDir, "User", "settings.json"), `${JSON.stringify(firstSettings, null, 2)}\n`);
  const configFile = join(folder, "config.yaml");
  const config = await configure(configFile);
  const places = [
    `--config=${configFile}`,
    `--user-data-dir=${dataDir}`,
    `--extensions-dir=${join(folder, "extensions")}`,
    "--disable-telemetry",
    "--disable-update-check",
  ];
  await installWhereNew(vsix, join(folder, "installed"), places);
  // This VS Code is for the product and opens a folder of our own making, so nobody is asked whether they trust it.
  const group = startGroup([...entry, ...places, "--app-name=aiops", "--disable-workspace-trust", workspace], {
    // A VS Code of its own, also when this is started in a terminal of another one; aiops settings are passed on.
    env: { ...cleanEnv(), ...aiopsSettings() },
    stdio: ["ignore", "pipe", "pipe"],
  });
  try {
    await answers(group, `http://127.0.0.1:${config.port}/healthz`);
  } catch (error) {
    await group.stop();
    throw error;
  }
  const url = `http://127.0.0.1:${config.port}/?folder=${encodeURIComponent(workspace)}`;
  return { url, password: config.password, configFile, group };
}

function aiopsSettings(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith("AIOPS_")));
}

/** The port and password of the last start, or new ones where there are none or another program has the port. */
async function configure(file: string): Promise<Config> {
  const last = await readConfig(file);
  const password = last?.password ?? randomBytes(18).toString("base64url");
  const port = await freePort(last?.port ?? 0);
  const lines = [`bind-addr: 127.0.0.1:${port}`, "auth: password", `password: ${password}`, "cert: false"];
  await writeFile(file, `${lines.join("\n")}\n`, { mode: 0o600 });
  await chmod(file, 0o600);
  return { port, password };
}

async function readConfig(file: string): Promise<Config | undefined> {
  const text = await readIfThere(file);
  const port = /^bind-addr: 127\.0\.0\.1:(\d+)$/m.exec(text ?? "")?.[1];
  const password = /^password: (\S{16,})$/m.exec(text ?? "")?.[1];
  return port && password ? { port: Number(port), password } : undefined;
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** The wanted port where it is free, else another. */
async function freePort(wanted: number): Promise<number> {
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EADDRINUSE") resolve(freePort(0));
    else reject(error);
  });
  server.listen(wanted, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo;
    server.close(() => resolve(port));
  });
  return promise;
}

/** Installs the package unless this very one was installed last. */
async function installWhereNew(vsix: string, stamp: string, places: string[]): Promise<void> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(vsix)) hash.update(chunk as Buffer);
  const digest = hash.digest("hex");
  if ((await readIfThere(stamp)) === digest) return;
  const [command = "", ...args] = entry;
  await promisify(execFile)(command, [...args, ...places, "--install-extension", vsix, "--force"]);
  await writeFile(stamp, digest);
}

async function answers(group: ProcessGroup, url: string): Promise<void> {
  const chunks: string[] = [];
  for (const stream of [group.child.stdout, group.child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => void chunks.push(chunk));
  }
  let ended = false;
  void group.ended.then(() => (ended = true));
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await isUp(url))) {
    if (ended || Date.now() > deadline) throw new Error(`code-server did not start:\n${chunks.join("")}`);
    await delay(100);
  }
}

async function isUp(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch (error) {
    // fetch says "fetch failed" while nothing listens yet.
    if (error instanceof TypeError) return false;
    throw error;
  }
}
