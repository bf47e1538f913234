// npm start: builds what changed, starts the server, and opens the product in VS Code; ends with Ctrl-C.
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { prepareDemo } from "./demo.ts";
import { missingParts } from "./lib/missing.ts";
import { packageIfStale } from "./packaging/package.ts";
import { startCodeServer } from "./start/code-server.ts";
import { openDesktopCode } from "./start/desktop.ts";
import { aiops, startServer } from "./start/server.ts";
import { which } from "./setup/places.mjs";

const stateDir = join(process.env["XDG_STATE_HOME"] || join(homedir(), ".local", "state"), "aiops-start");

/** Settles at the first Ctrl-C or request to end; later ones change nothing, the end is under way. */
function untilAskedToEnd(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
  return promise;
}

async function main(): Promise<void> {
  const askedToEnd = untilAskedToEnd();
  await using cleanup = new AsyncDisposableStack();
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  for (const line of missingParts()) console.log(line);
  const vsix = await packageIfStale();
  const server = await startServer();
  cleanup.defer(() => server.stop());
  const demo = await prepareDemo({ folder: join(stateDir, "demo"), serverUrl: server.url, aiops });
  cleanup.defer(() => demo.stop());
  const code = which("code");
  const ends = [askedToEnd];
  if (code) {
    await openDesktopCode(code, vsix, demo.workspace);
    console.log(`aiops is open in VS Code: ${demo.workspace}`);
  } else {
    const browser = await startCodeServer(join(stateDir, "vscode"), vsix, demo.workspace);
    cleanup.defer(() => browser.group.stop());
    ends.push(browser.group.ended);
    console.log(`aiops is ready: ${browser.url}`);
    console.log(`      password: ${browser.password}   (kept in ${browser.configFile})`);
  }
  console.log(`        server: ${server.url}`);
  for (const note of demo.notes) console.log(note);
  console.log("Ctrl-C ends it; sessions in tmux go on.");
  await Promise.race(ends);
  console.log("Ending…");
}

await main();
