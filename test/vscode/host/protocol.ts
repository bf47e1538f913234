/** What the extension host asks of the outer process, which drives the page VS Code stands in. */
export type BrowserRequest =
  | { action: "screenshot"; name: string; target?: Target }
  | { action: "click"; target: Target; button?: "left" | "right"; count?: number }
  | { action: "hover"; target: Target }
  | { action: "press"; key: string }
  | { action: "type"; text: string }
  | { action: "fill"; target: Target; text: string }
  | { action: "text"; target: Target }
  | { action: "count"; target: Target }
  | { action: "evaluate"; expression: string; webview?: Webview }
  | { action: "line"; text: string }
  | { action: "results"; results: TestResults };

/** An element: a CSS selector or a visible text, in the workbench or in a webview. Playwright's waiting applies. */
export interface Target {
  selector?: string;
  /** A text the element contains; with `selector`, among the elements it matches. */
  text?: string;
  /** In a webview instead of the workbench. */
  webview?: Webview;
  /** Milliseconds to wait for the element; 10,000 unless told. */
  timeoutMs?: number;
}

/** `true`: the webview that is visible; a text: the one whose title or content contains it. */
export type Webview = true | string;

export type BrowserResponse = { value: unknown } | { error: string };

/** How a suite ended. */
export interface TestResults {
  passed: number;
  failures: { title: string; error: string }[];
  /** Titles of pending tests. */
  skips: string[];
}

/** Names of the environment variables by which the extension host learns about the outer process. */
export const HOST_ENV = {
  url: "AIOPS_TEST_HOST_URL",
  token: "AIOPS_TEST_HOST_TOKEN",
  /** Test files to run, relative to the bundle's folder, as JSON; all when absent. */
  files: "AIOPS_TEST_FILES",
} as const;
