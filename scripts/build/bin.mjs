#!/usr/bin/env -S node --max-semi-space-size=8
// The flag is that of shared/rules/server-flags.ts.
// `aiops`: hands over to the server bundle, under the product's Node.js where the caller's is too old.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { NODE_VERSION, nodeBin } from "../setup/places.mjs";

const isNewEnough = Number.parseInt(process.versions.node, 10) >= Number.parseInt(NODE_VERSION, 10);

if (isNewEnough) {
  await import("./aiops.js");
} else if (existsSync(nodeBin)) {
  const program = fileURLToPath(new URL("./aiops.js", import.meta.url));
  const child = spawn(
    nodeBin,
    ["--disable-warning=ExperimentalWarning", "--max-semi-space-size=8", program, ...process.argv.slice(2)],
    {
      stdio: "inherit",
    },
  );
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("close", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
} else {
  process.stderr.write(
    `aiops runs on Node.js ${NODE_VERSION} and this is ${process.version}. ` +
      `Run "npm start" in the checkout once: it installs its own. Or run this under a newer Node.js.\n`,
  );
  process.exitCode = 1;
}
