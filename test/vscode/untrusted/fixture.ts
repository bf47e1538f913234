import type { SuiteFixture } from "../host/fixture.ts";
import { prepareSuite as prepareProduct } from "../suite/fixture.ts";

/** As the main suite's, in a folder that the person does not trust. */
export async function prepareSuite(): Promise<SuiteFixture> {
  return {
    ...(await prepareProduct()),
    workspaceTrust: true,
    settings: { "security.workspace.trust.startupPrompt": "never", "security.workspace.trust.enabled": true },
  };
}
