import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { bundles } from "../../scripts/build/bundles.ts";
import { AppError } from "../../shared/errors.ts";
import { openChannel, type Channel, type Handlers } from "../../shared/messages/channel.ts";
import { toIssueHost, toIssuePanel, type IssuePanelState } from "../../shared/messages/issue-panel.ts";
import type { PanelLocale } from "../../shared/messages/panel.ts";
import { panelHtml } from "../../shared/messages/panel-html.ts";
import { themes, type Theme } from "./themes.ts";

/** The panels as they are shipped, on a loopback address, each page under its real policy. */
export interface PanelServer {
  origin: string;
  close(): Promise<void>;
}

export async function servePanels(): Promise<PanelServer> {
  const folder = await mkdtemp(join(tmpdir(), "aiops-test-"));
  const bundle = bundles(folder, false).find(({ name }) => name === "webviews");
  if (!bundle) throw new Error("the build has no webviews");
  await build(bundle.options);
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://panel.test").pathname;
    const type = { ".js": "text/javascript", ".css": "text/css" }[/\.\w+$/.exec(path)?.[0] ?? ""];
    if (type === undefined) {
      // The panel, and one of its pages where it has several.
      const [, panel = "", page] = /^\/(\w+)(?:\/([\w-]+))?$/.exec(path) ?? [];
      const nonce = randomBytes(16).toString("base64url");
      const files = { scriptUri: `/${panel}.js`, styleUri: `/${panel}.css`, title: panel };
      const html = panelHtml({ ...files, cspSource: origin(server), nonce, ...(page !== undefined && { page }) });
      response.setHeader("content-type", "text/html; charset=utf-8").end(html);
      return;
    }
    readFile(join(folder, "webviews", path)).then(
      (content) => response.setHeader("content-type", `${type}; charset=utf-8`).end(content),
      (error: Error) => response.writeHead(404).end(error.message),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: origin(server),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function origin(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An open panel, and the test in its extension host's place. */
export interface Stage {
  page: Page;
  host: Channel<typeof toIssuePanel>;
  /** What the panel asked, in order, `ready` aside. */
  asked: { name: string; input: unknown }[];
  /** What the host's side of the channel refused. */
  refused: AppError[];
  /** Addresses outside the panel's own origin that the page tried to load or went to. */
  foreign: string[];
  /** Violations of the content security policy and errors no one caught. */
  complaints(): Promise<string[]>;
  close(): Promise<void>;
}

export interface StageOptions {
  /** Shown as soon as the panel is ready, also after a reload. */
  state?: IssuePanelState;
  theme?: Theme;
  /** English, unless told. */
  locale?: PanelLocale;
  handlers?: Partial<Handlers<typeof toIssueHost>>;
  context?: BrowserContextOptions;
}

/** A panel's page with what VS Code puts around it, and no host yet. */
export interface PanelPage extends Pick<Stage, "page" | "foreign" | "complaints" | "close"> {
  post: (message: unknown) => void;
  button(name: string): Locator;
  field(name: string): Locator;
  /** What VS Code would write to disk. */
  saved(): Promise<string>;
  /** Begins: the panel's messages go to `receive`. */
  start: (receive: (message: unknown) => Promise<void>) => Promise<void>;
}

/** Opens a page of its own for the panel of this name: its interface and the theme are there before its script is. */
export async function openPanelPage(
  browser: Browser,
  server: PanelServer,
  panel: string,
  options: { theme?: Theme; context?: BrowserContextOptions },
): Promise<PanelPage> {
  const context = await browser.newContext({ viewport: { width: 1100, height: 800 }, ...options.context });
  const page = await context.newPage();
  const foreign: string[] = [];
  const errors: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(`${server.origin}/`)) foreign.push(request.url());
  });
  page.on("pageerror", (error) => errors.push(error.message));
  return {
    page,
    foreign,
    post: (message) => {
      page
        .evaluate((data) => window.postMessage(data, "*"), message)
        .catch((error: unknown) => {
          if (!page.isClosed()) throw error;
        });
    },
    start: async (receive) => {
      await page.exposeFunction("toHost", receive);
      await page.addInitScript(actAsVsCode, options.theme ?? themes.dark);
      await page.goto(`${server.origin}/${panel}`);
    },
    button: (name) => page.getByRole("button", { name, exact: true }),
    field: (name) => page.getByLabel(name, { exact: true }),
    saved: () => page.evaluate(() => sessionStorage.getItem("state") ?? ""),
    complaints: async () => [...errors, ...(await page.evaluate(() => window.violations))],
    close: async () => context.close(),
  };
}

/** Opens the issue panel in a page of its own, with what VS Code puts around it: its interface and the theme. */
export async function openStage(browser: Browser, server: PanelServer, options: StageOptions = {}): Promise<Stage> {
  const { page, foreign, post, start, complaints, close } = await openPanelPage(browser, server, "issue", options);
  const asked: Stage["asked"] = [];
  const refused: AppError[] = [];

  const note = (name: string) => (input: unknown) => {
    asked.push({ name, input });
    return "done" as const;
  };
  const host = openChannel({
    ours: toIssueHost,
    theirs: toIssuePanel,
    handlers: {
      ready: () => {
        const { state } = options;
        // After the answer, as the protocol says.
        if (state) setImmediate(() => host.tell("show", state));
        return options.locale ?? { language: "en", translations: {} };
      },
      startWork: note("startWork"),
      populateContext: note("populateContext"),
      openInBrowser: note("openInBrowser"),
      refresh: note("refresh"),
      updateToken: note("updateToken"),
      attachSession: note("attachSession"),
      copy: note("copy"),
      openLink: note("openLink"),
      edit: note("edit"),
      comment: note("comment"),
      choices: () => {
        asked.push({ name: "choices", input: undefined });
        return { labels: [], assignees: [], statuses: [], stale: false };
      },
      changeWrite: note("changeWrite"),
      retryWrite: note("retryWrite"),
      removeWrite: note("removeWrite"),
      image: () => {
        throw new AppError("not_found", "There is no such picture.");
      },
      ...options.handlers,
    },
    post,
    onRefused: (error) => refused.push(error),
  });
  await start((message) => host.receive(message));
  return {
    page,
    host,
    asked,
    refused,
    foreign,
    complaints,
    close: async () => {
      host.close();
      await close();
    },
  };
}

declare global {
  interface Window {
    violations: string[];
    toHost(message: unknown): Promise<void>;
    acquireVsCodeApi(): { postMessage(message: unknown): void; getState(): unknown; setState(state: unknown): void };
  }
}

/** Runs in the page, before anything of it. */
function actAsVsCode(theme: Theme): void {
  window.violations = [];
  document.addEventListener("securitypolicyviolation", (event) => {
    window.violations.push(`${event.effectiveDirective}: ${event.blockedURI} ${event.sample}`);
  });
  let acquired = false;
  window.acquireVsCodeApi = () => {
    if (acquired) throw new Error("the interface was acquired twice");
    acquired = true;
    return {
      postMessage: (message) => void window.toHost(message),
      getState: () => JSON.parse(sessionStorage.getItem("state") ?? "null") ?? undefined,
      setState: (state) => sessionStorage.setItem("state", JSON.stringify(state)),
    };
  };
  // The root and the body are dressed as they come, before the panel's script runs.
  const dress = new MutationObserver(() => {
    for (const [name, value] of Object.entries(theme.variables)) {
      document.documentElement.style.setProperty(`--vscode-${name}`, value);
    }
    if (!document.body) return;
    document.body.classList.add(theme.kind);
    document.body.dataset["vscodeThemeKind"] = theme.kind;
    dress.disconnect();
  });
  dress.observe(document, { childList: true, subtree: true });
}
