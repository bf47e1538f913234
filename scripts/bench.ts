// npm run bench [-- NAME…]: every test/bench/*.bench.ts, or those whose name contains one of the words.
import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { buildIfStale } from "./build.ts";
import { nodeBin, root } from "./setup/places.mjs";
import { tool } from "./testing/command.ts";

const words = process.argv.slice(2);
const files = globSync("test/bench/*.bench.ts", { cwd: root }).sort();
const chosen = files.filter((file) => words.length === 0 || words.some((word) => basename(file).includes(word)));
if (chosen.length === 0) throw new Error(`No benchmark matches; there are: ${files.join(", ")}`);
await buildIfStale();
for (const file of chosen) {
  console.log(`\n── ${basename(file, ".bench.ts")} ──`);
  const { code } = await tool([nodeBin, "--disable-warning=ExperimentalWarning", join(root, file)], { show: true });
  if (code !== 0) process.exitCode = 1;
}
