// VS Code as a user has it: the packaged extension installed, no checkout beside it.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { openPage, type OpenPage } from "./page.ts";
import { giveTo, loginEnv, type VsCodeAccount } from "./account.ts";
import { serverCommand, startVsCodeServer, type VsCodeServer, type VsCodeServerOptions } from "./vscode-server.ts";

export interface InstalledOptions extends Omit<VsCodeServerOptions, "extensionsDir"> {
  /** The package to install. */
  vsix: string;
  /** The folder VS Code opens. */
  workspace: string;
}

export interface Installed extends OpenPage {
  server: VsCodeServer;
  /** Where the extension was installed. */
  extensionsDir: string;
}

const WORKBENCH_TIMEOUT_MS = 60_000;

/** Installs a `.vsix` into an empty extensions folder and opens VS Code on a workspace, to be driven by Playwright. */
export async function openInstalled(options: InstalledOptions): Promise<Installed> {
  const extensionsDir = await mkdtemp(join(tmpdir(), "aiops-extensions-"));
  const undo: (() => Promise<void>)[] = [async () => rm(extensionsDir, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const step of undo.toReversed()) await step();
  };
  const { account } = options;
  try {
    if (account !== undefined) await giveTo(account, extensionsDir);
    await installExtension(options.vsix, extensionsDir, account);
    const server = await startVsCodeServer({ ...options, extensionsDir });
    undo.push(() => server.stop());
    const chrome = await openPage();
    undo.push(() => chrome.close());
    await chrome.page.goto(server.pageUrl(options.workspace), { waitUntil: "domcontentloaded" });
    await chrome.page.locator(".monaco-workbench .part.statusbar").waitFor({ timeout: WORKBENCH_TIMEOUT_MS });
    return { page: chrome.page, server, extensionsDir, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Installs a package as a user would with `--install-extension`. */
export async function installExtension(vsix: string, extensionsDir: string, account?: VsCodeAccount): Promise<void> {
  const [command = "", ...args] = serverCommand(account);
  const serverDataDir = await mkdtemp(join(tmpdir(), "aiops-vscode-"));
  const env = account === undefined ? process.env : loginEnv(account);
  try {
    if (account !== undefined) await giveTo(account, serverDataDir);
    const where = ["--server-data-dir", serverDataDir, "--extensions-dir", extensionsDir];
    const install = [...args, "--install-extension", vsix, ...where, "--accept-server-license-terms"];
    await promisify(execFile)(command, install, { env });
  } finally {
    await rm(serverDataDir, { recursive: true, force: true });
  }
}
