// node test/vscode/host/smoke.ts: shows that the test host itself works, with an extension of its own.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../../scripts/setup/places.mjs";
import { bundleSuite } from "./bundle.ts";
import type { TestResults } from "./protocol.ts";
import { runExtensionTests } from "./run-tests.ts";

/** Runs the smoke suite. */
export async function runSmoke(print: (line: string) => void): Promise<TestResults> {
  const { testsPath } = await bundleSuite(join(import.meta.dirname, "..", "smoke"), join(root, "out", "test", "smoke"));
  const workspace = await mkdtemp(join(tmpdir(), "aiops-smoke-"));
  try {
    return await runExtensionTests({
      extensionPath: join(import.meta.dirname, "fixture-extension"),
      testsPath,
      workspace,
      screenshotsDir: join(root, "out", "screenshots"),
      env: { AIOPS_SMOKE: "yes" },
      print,
    });
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}
