// The VS Code server that code-server carries: VS Code's workbench for a browser, and a remote extension host.
import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cleanEnv } from "../../../scripts/lib/env.ts";
import { startGroup } from "../../../scripts/lib/process-group.ts";
import { codeServerDir, nodeBin } from "../../../scripts/setup/places.mjs";
import { argvAs, giveTo, loginEnv, type VsCodeAccount } from "./account.ts";

/** What a VS Code of the tests is started with. */
export interface VsCodeServerOptions {
  /** Where extensions are installed; a temporary folder when absent. */
  extensionsDir?: string;
  /** Environment of the extension host, beside that of this process. */
  env?: Record<string, string>;
  /** User settings beside those the tests always have. */
  settings?: Record<string, unknown>;
  /** Run as another Linux user, in that user's environment. */
  account?: VsCodeAccount;
  /** Leave workspace trust on, as people have it. */
  workspaceTrust?: boolean;
}

export interface VsCodeServer {
  port: number;
  /** Where it keeps settings and logs. */
  dataDir: string;
  /** The authority of `vscode-remote://` addresses. */
  authority: string;
  /** The address that opens a folder, with further query parameters. */
  pageUrl(folder: string, parameters?: Record<string, string>): string;
  /** Everything the server printed. */
  output(): string;
  /** Ends the server and removes its temporary data. */
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;

/** Quiet and alike everywhere, so that pictures can be compared. */
const testSettings = {
  "workbench.colorTheme": "Default Dark Modern",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.enableExperiments": false,
  "workbench.settings.enableNaturalLanguageSearch": false,
  "window.menuBarVisibility": "compact",
  "window.commandCenter": false,
  "chat.disableAIFeatures": true,
  "extensions.ignoreRecommendations": true,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "files.autoSave": "off",
  "files.simpleDialog.enable": true,
  "git.openRepositoryInParentFolders": "never",
  "editor.minimap.enabled": false,
  "terminal.integrated.enablePersistentSessions": false,
};

/** Tests ask no marketplace for anything. */
const noGallery = { EXTENSIONS_GALLERY: "{}" };

/** The command line of the server, without what differs from start to start. */
export function serverCommand(account?: VsCodeAccount): string[] {
  if (account !== undefined) return argvAs(account, account.command);
  return [nodeBin, join(codeServerDir, "lib", "vscode", "out", "server-main.js")];
}

/** Starts a server on a free loopback port, with a connection token of its own. */
export async function startVsCodeServer(options: VsCodeServerOptions = {}): Promise<VsCodeServer> {
  const dataDir = await mkdtemp(join(tmpdir(), "aiops-vscode-"));
  const token = randomBytes(24).toString("hex");
  const tokenFile = join(dataDir, "connection-token");
  await writeFile(tokenFile, token, { mode: 0o600 });
  const settings = `${JSON.stringify({ ...testSettings, ...options.settings }, null, 2)}\n`;
  for (const place of ["User", "Machine"]) {
    await mkdir(join(dataDir, "data", place), { recursive: true });
    await writeFile(join(dataDir, "data", place, "settings.json"), settings);
  }
  const { account } = options;
  if (account !== undefined) await giveTo(account, dataDir);
  const server = startGroup(
    [
      ...serverCommand(account),
      "--host=127.0.0.1",
      "--port=0",
      `--connection-token-file=${tokenFile}`,
      `--server-data-dir=${dataDir}`,
      `--extensions-dir=${options.extensionsDir ?? join(dataDir, "extensions")}`,
      "--accept-server-license-terms",
      // Without it the page ignores the payload that names the extension and its tests.
      "--enable-smoke-test-driver",
      "--disable-telemetry",
      "--force-disable-user-env",
      "--locale=en",
      ...(options.workspaceTrust ? [] : ["--disable-workspace-trust"]),
    ],
    {
      env: { ...(account ? loginEnv(account) : cleanEnv()), ...noGallery, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const chunks: string[] = [];
  for (const stream of [server.child.stdout, server.child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => void chunks.push(chunk));
  }
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const port = await listening(server.child, () => chunks.join(""));
    const authority = `127.0.0.1:${port}`;
    return {
      port,
      dataDir,
      authority,
      pageUrl: (folder, parameters = {}) =>
        `http://${authority}/?${new URLSearchParams({ folder, tkn: token, ...parameters }).toString()}`,
      output: () => chunks.join(""),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits for the line that names the port. */
async function listening(child: ChildProcess, output: () => string): Promise<number> {
  return new Promise((settle, reject) => {
    const fail = (why: string): void => reject(new Error(`The VS Code server ${why}.\n${output()}`));
    const timer = setTimeout(() => fail("did not start"), START_TIMEOUT_MS);
    child.once("error", (error) => fail(`could not be started: ${error.message}`));
    const onExit = (code: number | null, signal: string | null): void => fail(`ended with ${code ?? signal}`);
    child.once("exit", onExit);
    child.stdout?.on("data", () => {
      const port = /Extension host agent listening on (\d+)/.exec(output())?.[1];
      if (!port) return;
      clearTimeout(timer);
      child.off("exit", onExit);
      settle(Number(port));
    });
  });
}
