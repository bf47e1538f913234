// Runs a test bundle in the remote extension host of a real VS Code.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { startControl } from "./control.ts";
import { openPage, perform } from "./page.ts";
import { HOST_ENV, type TestResults } from "./protocol.ts";
import { startVsCodeServer, type VsCodeServer, type VsCodeServerOptions } from "./vscode-server.ts";

export interface ExtensionTestOptions extends VsCodeServerOptions {
  /** The folder of the extension's package.json. */
  extensionPath: string;
  /** The bundle's entry; exports `run()`. */
  testsPath: string;
  /** The folder VS Code opens. */
  workspace: string;
  /** Where pictures go. */
  screenshotsDir: string;
  /** Bundled test files to run, relative to the entry's folder; all when absent. */
  files?: string[];
  /** What the suite may take in all, in milliseconds; 15 minutes unless told. */
  timeoutMs?: number;
  /** Receives what tests and the extension print. */
  print?: (line: string) => void;
}

const SUITE_TIMEOUT_MS = 900_000;
/** How much of the log stands in the message when a suite does not end. */
const LOG_LINES_SHOWN = 60;

/**
 * Opens VS Code with an extension under development and runs its tests. What VS Code logged stands in
 * `vscode.log` beside the pictures.
 * @returns the counts and failures; a suite that did not come to an end counts as one failure that says so
 */
export async function runExtensionTests(options: ExtensionTestOptions): Promise<TestResults> {
  await using cleanup = new AsyncDisposableStack();
  const log: string[] = [];
  cleanup.defer(async () => writeLog(options.screenshotsDir, log));
  const chrome = await openPage();
  cleanup.defer(() => chrome.close());
  let results: TestResults | undefined;
  const control = await startControl(async (request) => {
    if (request.action === "line") return options.print?.(request.text);
    if (request.action === "results") return void (results = request.results);
    return perform(chrome.page, request, options.screenshotsDir);
  });
  cleanup.defer(() => control.close());
  const env: Record<string, string> = {
    ...options.env,
    [HOST_ENV.url]: control.url,
    [HOST_ENV.token]: control.token,
  };
  if (options.files) env[HOST_ENV.files] = JSON.stringify(options.files);
  const server = await startVsCodeServer({ ...options, env });
  cleanup.defer(() => server.stop());
  // Before the server ends, so that the page does not log that it lost it.
  cleanup.defer(() => chrome.page.close());

  const ended = await runSuite(chrome.page, server, options, log);
  if (results && (ended.code === 0 || results.failures.length > 0)) return results;
  if (!chrome.page.isClosed()) {
    await perform(chrome.page, { action: "screenshot", name: "suite-did-not-end" }, options.screenshotsDir);
  }
  const error = [ended.why, ...log.slice(-LOG_LINES_SHOWN), server.output()].join("\n");
  return { passed: 0, failures: [{ title: "the suite in VS Code", error }], skips: [] };
}

/** Opens the page that runs the suite and waits for VS Code to say that it ended. */
async function runSuite(
  page: Page,
  server: VsCodeServer,
  options: ExtensionTestOptions,
  log: string[],
): Promise<{ code: number | undefined; why: string }> {
  page.on("console", (message) => {
    // Lines that begin with %c are VS Code's own log, which comes by codeAutomationLog.
    if (!message.text().startsWith("%c")) log.push(`[page] ${message.text()}`);
  });
  await page.exposeFunction("codeAutomationLog", (type: string, args: unknown[]) => {
    log.push(`[${type}] ${args.map(String).join(" ")}`);
  });
  const { promise, resolve } = Promise.withResolvers<{ code: number | undefined; why: string }>();
  await page.exposeFunction("codeAutomationExit", (code: number) => {
    resolve({ code, why: `The suite ended with ${code} without its results.` });
  });
  const timeoutMs = options.timeoutMs ?? SUITE_TIMEOUT_MS;
  const timer = setTimeout(
    () => resolve({ code: undefined, why: `The suite did not end within ${timeoutMs} ms.` }),
    timeoutMs,
  );
  page.once("crash", () => resolve({ code: undefined, why: "The page crashed." }));
  try {
    const remote = (path: string): string => `vscode-remote://${server.authority}${pathToFileURL(path).pathname}`;
    const payload = [
      ["extensionDevelopmentPath", remote(options.extensionPath)],
      ["extensionTestsPath", remote(options.testsPath)],
      ["skipWelcome", "true"],
    ];
    const url = server.pageUrl(options.workspace, { payload: JSON.stringify(payload) });
    await page.goto(url, { waitUntil: "domcontentloaded" });
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

async function writeLog(folder: string, lines: string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "vscode.log"), `${lines.join("\n")}\n`);
}
