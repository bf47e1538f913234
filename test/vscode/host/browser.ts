// The client, for tests inside the extension host, of the page VS Code stands in.
import { HOST_ENV, type BrowserRequest, type BrowserResponse, type Target, type Webview } from "./protocol.ts";

async function ask(request: BrowserRequest): Promise<unknown> {
  const url = process.env[HOST_ENV.url];
  const token = process.env[HOST_ENV.token];
  if (!url || !token) throw new Error(`${HOST_ENV.url} is not set: this runs in the test host (npm test -- FILE) only`);
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(request),
  });
  const answer = (await response.json()) as BrowserResponse;
  if ("error" in answer) throw new Error(`${request.action}: ${answer.error}`);
  return answer.value;
}

/** An element by CSS selector, `text=…` or whatever else Playwright understands, or a description of one. */
export type Where = string | Target;

function target(where: Where): Target {
  return typeof where === "string" ? { selector: where } : where;
}

/** The page as a person sees and uses it. Every method waits for its element and fails with what it waited for. */
export const browser = {
  /** Writes `<name>.png` into the screenshots folder of the run and answers its path; of one element when given. */
  screenshot: async (name: string, where?: Where): Promise<string> =>
    String(await ask({ action: "screenshot", name, ...(where ? { target: target(where) } : {}) })),
  click: async (where: Where, options: { button?: "left" | "right"; count?: number } = {}): Promise<void> => {
    await ask({ action: "click", target: target(where), ...options });
  },
  hover: async (where: Where): Promise<void> => {
    await ask({ action: "hover", target: target(where) });
  },
  /** Presses a key or a chord in Playwright's notation: `Enter`, `Control+Shift+P`. */
  press: async (key: string): Promise<void> => {
    await ask({ action: "press", key });
  },
  /** Types into what has the focus. */
  type: async (text: string): Promise<void> => {
    await ask({ action: "type", text });
  },
  /** Replaces the text of an input. */
  fill: async (where: Where, text: string): Promise<void> => {
    await ask({ action: "fill", target: target(where), text });
  },
  /** The visible text of an element. */
  text: async (where: Where): Promise<string> => String(await ask({ action: "text", target: target(where) })),
  /** How many elements match at this moment. */
  count: async (where: Where): Promise<number> => Number(await ask({ action: "count", target: target(where) })),
  /** Evaluates a JavaScript expression in the page, or in a webview, and answers its JSON value. */
  evaluate: async (expression: string, webview?: Webview): Promise<unknown> =>
    ask({ action: "evaluate", expression, ...(webview ? { webview } : {}) }),
};

/** Sends to the outer process what is not about the page: the runner's lines and results. */
export async function tellHost(request: Extract<BrowserRequest, { action: "line" | "results" }>): Promise<void> {
  await ask(request);
}
