// npm run dev: rebuilds on every change and restarts the server; reload the VS Code window for the extension.
import { watch } from "./build.ts";
import { startServer, type RunningServer } from "./start/server.ts";

let current: Promise<RunningServer | undefined> = Promise.resolve(undefined);

/** Replaces the running server; one restart after the other. */
function restart(): void {
  current = current.then(async (previous) => {
    await previous?.stop();
    try {
      const server = await startServer(process.argv.slice(2));
      console.log(`server: ${server.url}`);
      return server;
    } catch (error) {
      // The next change may mend it.
      console.error(error instanceof Error ? error.message : error);
      return undefined;
    }
  });
}

const contexts = await watch((name, errors) => {
  console.log(`${name}: ${errors === 0 ? "built" : `${errors} errors`}`);
  if (name === "server" && errors === 0) restart();
});

let ending = false;

/** Ends everything, once: a Ctrl-C reaches this process from the terminal and from npm. */
async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  for (const context of contexts) await context.dispose();
  await (await current)?.stop();
  process.exit(0);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void end());
