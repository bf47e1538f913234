// What each suite's `fixture.ts` exports: the world its VS Code stands in, made outside of it.
import type { ExtensionTestOptions } from "./run-tests.ts";

/** Made before VS Code starts, disposed after it ended. */
export interface SuiteFixture
  extends
    AsyncDisposable,
    Pick<ExtensionTestOptions, "workspace" | "env" | "settings" | "workspaceTrust" | "timeoutMs" | "extensionsDir"> {
  /** The extension under test; the product unless told. */
  extensionPath?: string;
}

export interface SuiteFixtureModule {
  prepareSuite(): Promise<SuiteFixture>;
}
