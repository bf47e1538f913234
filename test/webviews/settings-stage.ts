import assert from "node:assert/strict";
import type { Browser, BrowserContextOptions } from "playwright-core";
import type { AppError } from "../../shared/errors.ts";
import { openChannel, type Channel, type Handlers } from "../../shared/messages/channel.ts";
import {
  toSettingsHost,
  toSettingsPanel,
  type LoadedPage,
  type SavedSettings,
  type SettingsPlace,
  type SettingsState,
} from "../../shared/messages/settings-panel.ts";
import type { PanelConnection } from "../../shared/messages/settings/connections.ts";
import { browserForTests } from "../support/browser.ts";
import { openPanelPage, servePanels, type PanelPage, type PanelServer } from "./stage.ts";
import type { Theme } from "./themes.ts";

export type LoadedSettings = LoadedPage<"connections">;

export const gitHub: PanelConnection = {
  id: "con_github",
  version: 3,
  createdAt: "2026-01-02T03:04:05.000Z",
  updatedAt: "2026-01-02T03:04:05.000Z",
  tenantId: "ten_1",
  provider: "github",
  name: "Work at GitHub",
  baseUrl: "",
  email: "",
  statusOverrides: { open: [], closed: [] },
  hasToken: true,
  hasWebhookSecret: false,
  status: {
    ok: true,
    message: "Signed in as ada-l.",
    account: "ada-l",
    scopes: ["repo", "read:org"],
    checkedAt: "2026-11-20T09:00:00.000Z",
  },
  projects: ["Website", "Engine"],
  webhookUrl: "http://127.0.0.1:4280/webhooks/con_github",
};

export const jira: PanelConnection = {
  ...gitHub,
  id: "con_jira",
  provider: "jira",
  name: "Jira of the mill",
  baseUrl: "https://mill.atlassian.net",
  email: "ada@example.org",
  statusOverrides: { open: ["Parked"], closed: ["Won't do"] },
  hasWebhookSecret: true,
  status: {
    ok: false,
    message: "Jira refuses e-mail and token. Make a new API token and store it here.",
    account: "",
    scopes: [],
    checkedAt: "2026-11-20T09:00:00.000Z",
  },
  projects: [],
  webhookUrl: "http://127.0.0.1:4280/webhooks/con_jira",
};

export const gitLab: PanelConnection = {
  ...gitHub,
  id: "con_gitlab",
  provider: "gitlab",
  name: "GitLab on our own",
  baseUrl: "https://code.example.org/gitlab",
  hasToken: false,
  status: { ok: null, message: "Not tried yet.", account: "", scopes: [], checkedAt: null },
  projects: [],
  webhookUrl: "http://127.0.0.1:4280/webhooks/con_gitlab",
};

export const loaded: LoadedSettings = {
  kind: "loaded",
  page: "connections",
  connections: [gitHub, jira, gitLab],
  tenants: [{ id: "ten_1", name: "Personal" }],
  enterpriseOrigin: null,
  canWrite: true,
  readOnlyReason: null,
  offlineSince: null,
};

const around = { canWrite: true, readOnlyReason: null, offlineSince: null };

/** The pages without anything on them. */
const emptyPages: { [P in SettingsState["page"]]: LoadedPage<P> } = {
  connections: { ...loaded, connections: [] },
  tenants: { kind: "loaded", page: "tenants", tenants: [], ...around },
  people: {
    kind: "loaded",
    page: "people",
    mode: "shared",
    strategy: "mapping",
    me: "",
    people: [],
    tenants: [],
    connections: [],
    ...around,
  },
  projects: {
    kind: "loaded",
    page: "projects",
    projects: [],
    tenants: [],
    people: [],
    connections: [],
    sshKeys: [],
    ...around,
  },
  sshKeys: { kind: "loaded", page: "sshKeys", keys: [], hosts: [], tenants: loaded.tenants, ...around },
  sessions: { kind: "loaded", page: "sessions", sessions: [], ...around },
  signIn: {
    kind: "loaded",
    page: "signIn",
    mode: "shared",
    email: "ada@example.org",
    signIns: [],
    tokens: [],
    hasPassword: true,
    hasTotp: false,
    ...around,
  },
};

/** The settings panel, and the test in its extension host's place. */
export interface SettingsStage extends Omit<PanelPage, "post" | "start"> {
  host: Channel<typeof toSettingsPanel>;
  /** What the panel asked, in order, `ready`, `openPage` and `keep` aside. */
  asked: { name: string; input: unknown }[];
  refused: AppError[];
  /** What the panel would keep, as it told last. */
  kept: () => SavedSettings | undefined;
  /** Shows another state, of now and after a reload. */
  show(state: SettingsState): void;
  /** What was said to screen readers last. */
  announced(): Promise<string>;
}

export interface SettingsStageOptions {
  /** What is shown of its page; other pages are empty. */
  state?: SettingsState;
  theme?: Theme;
  /** What the host kept of a panel that was closed. */
  kept?: SavedSettings;
  /** Where the person wants to go. */
  place?: SettingsPlace;
  handlers?: Partial<Handlers<typeof toSettingsHost>>;
  context?: BrowserContextOptions;
}

/**
 * Opens the panel for the tests of a `describe`, one for each. After each nothing may have been refused, nor have broken
 * the page's policy.
 */
export function settingsForTests(): (options?: SettingsStageOptions) => Promise<SettingsStage> {
  const browser = browserForTests();
  let server: PanelServer;
  let stage: SettingsStage | undefined;
  before(async () => {
    server = await servePanels();
  });
  after(async () => server.close());
  afterEach(async () => {
    if (stage === undefined) return;
    const { refused } = stage;
    const complaints = await stage.complaints();
    await stage.close();
    stage = undefined;
    assert.deepEqual([...complaints, ...refused], []);
  });
  return async (options) => {
    stage = await openSettings(browser(), server, options);
    return stage;
  };
}

export async function openSettings(
  browser: Browser,
  server: PanelServer,
  options: SettingsStageOptions = {},
): Promise<SettingsStage> {
  const panel = await openPanelPage(browser, server, "settings", options);
  const asked: SettingsStage["asked"] = [];
  const refused: AppError[] = [];
  let state = options.state ?? loaded;
  let kept: SavedSettings | undefined;

  const note = (name: string) => (input: unknown) => {
    asked.push({ name, input });
    return "done" as const;
  };
  const host = openChannel({
    ours: toSettingsHost,
    theirs: toSettingsPanel,
    handlers: {
      ready: () => ({ language: "en", translations: {}, kept: options.kept ?? null, place: options.place ?? null }),
      openPage: ({ page }) => {
        if (state.page !== page) state = emptyPages[page];
        host.tell("show", state);
      },
      call: (input) => {
        asked.push({ name: "call", input });
        return { answer: {} };
      },
      refresh: note("refresh"),
      addConnection: (input) => {
        asked.push({ name: "addConnection", input });
        return { id: "con_new" };
      },
      updateConnection: note("updateConnection"),
      replaceToken: note("replaceToken"),
      useSignIn: note("useSignIn"),
      testConnection: note("testConnection"),
      cancelTest: note("cancelTest"),
      renewWebhookSecret: (input) => {
        asked.push({ name: "renewWebhookSecret", input });
        return { secret: "whs-canary-0123456789abcdef" };
      },
      removeWebhookSecret: note("removeWebhookSecret"),
      removeConnection: note("removeConnection"),
      copy: note("copy"),
      openLink: note("openLink"),
      keep: (saved) => {
        kept = saved;
      },
      ...options.handlers,
    },
    post: (message) => panel.post(message),
    onRefused: (error) => refused.push(error),
  });
  await panel.start((message) => host.receive(message));
  return {
    ...panel,
    host,
    asked,
    refused,
    kept: () => kept,
    show: (next) => {
      state = next;
      host.tell("show", next);
    },
    announced: () => panel.page.locator(".notices [aria-live]").innerText(),
    close: async () => {
      host.close();
      await panel.close();
    },
  };
}
