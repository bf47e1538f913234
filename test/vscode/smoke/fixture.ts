import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SuiteFixture } from "../host/fixture.ts";

/** The test host with an extension of its own: shows that the host works when a suite of the product fails. */
export async function prepareSuite(): Promise<SuiteFixture> {
  const workspace = await mkdtemp(join(tmpdir(), "aiops-smoke-"));
  return {
    extensionPath: join(import.meta.dirname, "..", "host", "fixture-extension"),
    workspace,
    env: { AIOPS_SMOKE: "yes" },
    [Symbol.asyncDispose]: async () => rm(workspace, { recursive: true, force: true }),
  };
}
