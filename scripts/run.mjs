// node scripts/run.mjs LEVEL SCRIPT [ARGS…]: sets up, then runs the script under the product's Node.js.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { setupOrExit } from "./setup.mjs";
import { nodeBinDir, root } from "./setup/places.mjs";

const [level, script, ...args] = process.argv.slice(2);
const { node, missing } = await setupOrExit(level);

const child = spawn(node, ["--disable-warning=ExperimentalWarning", script, ...args], {
  stdio: "inherit",
  cwd: root,
  env: {
    ...process.env,
    PATH: [nodeBinDir, join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter),
    AIOPS_SETUP_MISSING: JSON.stringify(missing),
  },
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("close", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
