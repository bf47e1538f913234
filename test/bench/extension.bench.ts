/**
 * The extension's cost at start: the size of its eager part, and loading plus activating it in a real VS Code against
 * the built-in git extension in the same window (VS Code's own figures). Goals: at most 0.30 MB, at most 0.5 times.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import manifest from "../../package.json" with { type: "json" };
import { build } from "../../scripts/build.ts";
import { eagerBytes } from "../../scripts/build/eager.ts";
import { root } from "../../scripts/setup/places.mjs";
import { bundleSuite } from "../vscode/host/bundle.ts";
import { runExtensionTests } from "../vscode/host/run-tests.ts";
import { prepareSuite } from "../vscode/suite/fixture.ts";

const rounds = 5;
const sizeGoal = 0.3;
const activationGoal = 0.5;

type Figures = Record<"aiops.aiops" | "vscode.git", { load: number; call: number; finish: number }>;

const built = await build();
if (built.extension === undefined) throw new Error("The build made no extension.");
const eager = eagerBytes(built.extension, normalize(manifest.main)) / 1e6;
console.log(`eager bundle: ${eager.toFixed(3)} MB (goal ≤ ${sizeGoal} MB)`);

const folder = await mkdtemp(join(tmpdir(), "aiops-bench-"));
const { testsPath } = await bundleSuite(
  join(import.meta.dirname, "activation"),
  join(root, "out", "test", "activation"),
);
const measured: Figures[] = [];
for (let round = 0; round < rounds; round += 1) {
  await using fixture = await prepareSuite();
  await runExtensionTests({
    extensionPath: root,
    ...fixture,
    testsPath,
    screenshotsDir: folder,
    print: (line) => {
      const text = /ACTIVATION (\{.*\})/.exec(line)?.[1];
      if (text !== undefined) measured.push(JSON.parse(text) as Figures);
    },
  });
}
await rm(folder, { recursive: true, force: true });
if (measured.length !== rounds) throw new Error(`Only ${measured.length} of ${rounds} rounds gave figures.`);
const ours = measured.map((figures) => total(figures["aiops.aiops"]));
const git = measured.map((figures) => total(figures["vscode.git"]));
const ratio = median(ours.map((value, index) => value / (git[index] ?? Number.NaN)));
console.log(
  `load + activate: aiops ${median(ours)} ms, vscode.git ${median(git)} ms, ratio ${ratio.toFixed(2)} (goal ≤ ${activationGoal})`,
);
console.log(JSON.stringify({ bench: "extension", eager, rounds, ratio, measured }));

function total({ load, call, finish }: { load: number; call: number; finish: number }): number {
  return load + call + finish;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
