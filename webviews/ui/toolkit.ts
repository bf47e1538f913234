import { provideVSCodeDesignSystem, vsCodeButton } from "@vscode/webview-ui-toolkit";

/**
 * Registers the toolkit's components the panels use. The one import of the toolkit, which is archived upstream: what
 * replaces it one day is exchanged here (docs/decisions/0006-webviews.md).
 */
export function registerToolkit(): void {
  provideVSCodeDesignSystem().register(vsCodeButton());
}
