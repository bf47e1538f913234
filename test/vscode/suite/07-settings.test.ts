import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Aiops } from "../../../extension/aiops.ts";
import { connectionActions } from "../../../extension/panels/settings-connections.ts";
import { runJob } from "../../../extension/progress.ts";
import type { Connection } from "../../../shared/entities/connection.ts";
import { waitFor } from "../../support/wait.ts";
import { browser } from "../host/browser.ts";
import { connected } from "../support/product.ts";
import { answerNotification, clearNotifications } from "../support/quick-input.ts";
import { project } from "../support/seed.ts";
import { token, tracker } from "../support/tracker.ts";

const name = "Mill";
/** On every page of the panel. */
const webview = "Settings";

describe("the settings panel", () => {
  let aiops: Aiops;
  let url: string;

  const find = async (): Promise<Connection | undefined> => {
    const { items } = await aiops.connection.request((client) => client.connections.list({}));
    return items.find((one) => one.name === name);
  };
  const press = (text: string) => browser.click({ selector: "vscode-button", text, webview });
  const fill = (field: string, text: string) => {
    const where = { selector: `#connection-${field}`, webview };
    const { fill: replace } = browser;
    return replace(where, text);
  };
  const open = async (): Promise<void> => {
    await vscode.commands.executeCommand("aiops.openSettings");
    await browser.text({ selector: "h1", webview });
  };
  const openConnection = async (): Promise<void> => {
    await open();
    if ((await browser.count({ selector: "button.name", text: name, webview })) > 0) {
      await browser.click({ selector: "button.name", text: name, webview });
    }
    await browser.text({ selector: "h1", text: name, webview });
  };
  /** Everything of the page that could hold a token: its text, its attributes, and what stands in its fields. */
  const wholePage = async (): Promise<string> =>
    String(
      await browser.evaluate(
        `document.documentElement.outerHTML + [...document.querySelectorAll("input, textarea")].map((one) => one.value)`,
        webview,
      ),
    );
  const removeAll = async (): Promise<void> => {
    const { request } = aiops.connection;
    for (const one of aiops.model.projects.all().filter(({ slug }) => slug === "mill")) {
      await request((client) => client.projects.remove({ id: one.id }));
    }
    const left = await find();
    if (left !== undefined) await request((client) => client.connections.remove({ id: left.id }));
  };

  before(async () => {
    aiops = await connected();
    await project(aiops);
    ({ url } = await tracker());
  });
  afterEach(clearNotifications);
  after(async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await clearNotifications();
    await removeAll();
  });

  it("opens from the title of the issues, once", async () => {
    await vscode.commands.executeCommand("aiops.issues.focus");
    await browser.hover(".pane-header:has-text('Issues')");
    await browser.click(".pane-header:has-text('Issues') .action-label[aria-label='Open Settings']");
    // Whatever an earlier file of the suite called it, it is the tracker's.
    assert.match(await browser.text({ selector: ".connection-list", webview }), /GitHub\s+127\.0\.0\.1:\d+/);
    await open();
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ label }) => label));
    assert.deepEqual(tabs, ["aiops Settings"]);
    await browser.screenshot("settings");
  });

  it("adds a connection, tries it, and forgets the token", async () => {
    await open();
    await press("Add Connection");
    await fill("address", url);
    await fill("name", name);
    await fill("token", token);
    await press("Add and Test");
    assert.match(
      await browser.text({ selector: "section", text: "Signed in as ada.", webview }),
      /Works[^]*ada[^]*repo/,
    );
    const made = await find();
    assert.deepEqual([made?.hasToken, made?.status.ok, made?.status.account], [true, true, "ada"]);
    assert.ok(!(await wholePage()).includes(token));
    await browser.screenshot("settings-connection");
  });

  it("gives the issues of a project that links to it", async () => {
    const { request } = aiops.connection;
    const connection = await find();
    assert.ok(connection);
    const { tenantId, id: connectionId } = connection;
    const mill = await request((client) => client.projects.create({ tenantId, slug: "mill", name: "The mill" }));
    await request((client) => client.projects.addLink({ id: mill.id, connectionId, externalProject: "ada/bernoulli" }));
    const { signal } = new AbortController();
    await runJob(
      aiops,
      (client) => client.projects.sync({ id: mill.id }),
      () => undefined,
      signal,
    );
    const { total } = await request((client) => client.issues.list({ projectId: mill.id, limit: 1 }));
    assert.ok(total > 100, `${total} issues`);
  });

  it("names the projects that use it, and is not deleted then", async () => {
    await openConnection();
    await browser.text({ selector: ".uses li", text: "The mill", webview });
    assert.equal(await browser.count({ selector: "vscode-button[disabled]", text: "Delete Connection", webview }), 1);
  });

  it("says that a token is refused, and takes a better one", async () => {
    await openConnection();
    await fill("token", "ghp_wrong_for_sure");
    await press("Store Token");
    await browser.text({ selector: ".status-failed", text: "refuses the token", webview });
    assert.ok(!(await wholePage()).includes("ghp_wrong_for_sure"));
    await browser.screenshot("settings-refused");
    await fill("token", token);
    await browser.press("Enter");
    await browser.text({ selector: ".status-ok", text: "Signed in as ada.", webview });
  });

  it("takes the token of VS Code's own sign-in for the server VS Code signs in to, and for no other", async () => {
    await openConnection();
    const button = { selector: "vscode-button:visible", text: "Use VS Code's GitHub Sign-in", webview };
    assert.equal(await browser.count(button), 0);
    const asked: unknown[] = [];
    const { accounts } = aiops.settings;
    const setting = vscode.workspace.getConfiguration("github-enterprise");
    aiops.settings.accounts = {
      getSession: (...what: unknown[]) => {
        asked.push(what);
        const session = { id: "s", accessToken: token, account: { id: "1", label: "ada" }, scopes: ["repo"] };
        return Promise.resolve(session);
      },
    };
    try {
      await setting.update("uri", new URL(url).origin, vscode.ConfigurationTarget.Global);
      const connection = await find();
      assert.ok(connection);
      await aiops.connection.request((client) => client.connections.update({ id: connection.id, token: "" }));
      await browser.text({ selector: "section", text: "No token is stored.", webview });
      await browser.click(button);
      await browser.text({ selector: ".status-ok", text: "Signed in as ada.", webview });
      assert.deepEqual(asked, [["github-enterprise", ["repo"], { createIfNone: true }]]);
      assert.ok(!(await wholePage()).includes(token));
    } finally {
      aiops.settings.accounts = accounts;
      await setting.update("uri", undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it("makes a webhook's secret and shows it once", async () => {
    await openConnection();
    await press("Make Secret");
    const secret = await waitFor(
      async () => {
        const text = await browser.text({ selector: ".once code", webview });
        return text.length > 30 && text;
      },
      { what: "the secret" },
    );
    assert.equal((await find())?.hasWebhookSecret, true);
    await browser.click({ selector: "button.back", webview });
    assert.ok(!(await wholePage()).includes(secret));
  });

  it("shows what another saved meanwhile beside what is typed, and then saves on it", async () => {
    await openConnection();
    const connection = await find();
    assert.ok(connection);
    await browser.click({ selector: "summary", webview });
    await fill("open", "Parked");
    await aiops.connection.request((client) =>
      client.connections.update({ id: connection.id, statusOverrides: { open: ["Waiting"], closed: [] } }),
    );
    assert.match(await browser.text({ selector: ".conflict", webview }), /Waiting[^]*Parked/);
    await browser.screenshot("settings-conflict");
    await press("Keep Mine");
    await press("Save");
    await waitFor(async () => (await find())?.statusOverrides.open[0] === "Parked", { what: "the saved status" });
  });

  it("changes nothing on an older version than the server's, least of all where a token goes", async () => {
    const connection = await find();
    assert.ok(connection);
    const { id, name: same, baseUrl, email, statusOverrides } = connection;
    const version = connection.version - 1;
    let shown = 0;
    const actions = connectionActions({
      connection: aiops.connection,
      accounts: () => aiops.settings.accounts,
      read: () => {
        shown += 1;
        return Promise.resolve();
      },
      closed: new AbortController().signal,
    });
    const attempts = [
      () => actions.updateConnection({ id, version, name: "Late", baseUrl, email, statusOverrides }),
      () => actions.replaceToken({ id, version, token: "late" }),
      () => actions.useSignIn({ id, version }),
      () => actions.renewWebhookSecret({ id, version }),
    ];
    for (const attempt of attempts) await assert.rejects(async () => attempt(), { code: "stale_version" });
    const used = { code: "conflict", message: /used by The mill/ };
    await assert.rejects(async () => actions.removeConnection({ id, version: connection.version }), used);
    assert.equal(shown, attempts.length + 1, "what is there by now is shown first");
    const after = await find();
    assert.deepEqual([after?.name, after?.version], [same, connection.version]);
  });

  it("keeps what was typed when it is closed, and opens with it again", async () => {
    await openConnection();
    await fill("name", "Mill of the north");
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await answerNotification("closed with changes that are not saved", "Open Again");
    await browser.text({ selector: ".restored", webview });
    assert.equal(
      await browser.evaluate(`document.querySelector("#connection-name").value`, webview),
      "Mill of the north",
    );
    await press("Undo Changes");
  });

  it("deletes a connection that nothing uses any more, after a question", async () => {
    const { request } = aiops.connection;
    const mill = aiops.model.projects.all().find(({ slug }) => slug === "mill");
    assert.ok(mill);
    await request((client) => client.projects.remove({ id: mill.id }));
    await openConnection();
    await browser.text({ selector: "section", text: "No project uses it.", webview });
    await press("Delete Connection");
    await browser.click({ selector: ".dialog vscode-button", text: "Delete Connection", webview });
    await browser.text({ selector: "h1", text: "Connections", webview });
    assert.equal(await find(), undefined);
  });
});
