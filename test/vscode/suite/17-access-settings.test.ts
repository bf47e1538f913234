import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as vscode from "vscode";
import type { Aiops } from "../../../extension/aiops.ts";
import { runJob } from "../../../extension/progress.ts";
import { signInLocally } from "../../../shared/contract/sign-in.ts";
import { waitFor } from "../../support/wait.ts";
import { browser } from "../host/browser.ts";
import { connected } from "../support/product.ts";
import { clearNotifications } from "../support/quick-input.ts";
import { project } from "../support/seed.ts";

const run = promisify(execFile);

/** On every page of the panel. */
const webview = "Settings";

describe("SSH keys, sign-in and sessions in the settings panel", () => {
  let aiops: Aiops;
  let folder: string;

  const press = (text: string) => browser.click({ selector: "vscode-button:visible", text, webview });
  const confirm = (text: string) => browser.click({ selector: ".dialog vscode-button", text, webview });
  const heading = (text: string) => browser.text({ selector: "h1", text, webview });
  const back = () => browser.click({ selector: "button.back", webview });
  const fill = (field: string, text: string) => {
    const { fill: replace } = browser;
    return replace({ selector: `#${field}`, webview }, text);
  };
  const open = async (page: string, title: string): Promise<void> => {
    await vscode.commands.executeCommand("aiops.openSettings", { page, item: "" });
    await heading(title);
  };
  const keys = async () => (await aiops.connection.request((client) => client.sshKeys.list({}))).items;
  /** Everything of the page that could hold a secret: its text, its attributes, and what stands in its fields. */
  const wholePage = async (): Promise<string> =>
    String(
      await browser.evaluate(
        `document.documentElement.outerHTML + [...document.querySelectorAll("input, textarea")].map((one) => one.value)`,
        webview,
      ),
    );

  before(async () => {
    aiops = await connected();
    await project(aiops);
    folder = await mkdtemp(join(tmpdir(), "aiops-test-"));
  });
  afterEach(clearNotifications);
  after(async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await clearNotifications();
    for (const { id } of await keys()) await aiops.connection.request((client) => client.sshKeys.remove({ id }));
    await rm(folder, { recursive: true, force: true });
  });

  it("has the server make a key, and gives its public half to be copied", async () => {
    await open("sshKeys", "SSH Keys");
    await press("Add SSH Key");
    await fill("ssh-key-name", "Deploy key");
    await press("Add SSH Key");
    await heading("Deploy key");
    const [made] = await keys();
    assert.ok(made);
    assert.equal(await browser.text({ selector: ".copied code", webview }), made.publicKey);
    await browser.screenshot("settings-ssh-key");
    await browser.click({ selector: "[aria-label='Copy Public key']", webview });
    await waitFor(async () => (await vscode.env.clipboard.readText()) === made.publicKey, { what: "the copied key" });
    await fill("ssh-key-name", "Key of the mill");
    await press("Save");
    await heading("Key of the mill");
    assert.equal((await keys())[0]?.name, "Key of the mill");
  });

  it("imports a key of one's own, and forgets its private half", async () => {
    const file = join(folder, "key");
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "mine", "-f", file]);
    const privateKey = await readFile(file, "utf8");
    const canary = privateKey.split("\n")[2] ?? "";
    assert.ok(canary.length > 40);
    const { stdout: fingerprint } = await run("ssh-keygen", ["-l", "-E", "md5", "-f", file]);

    await back();
    await press("Add SSH Key");
    await browser.evaluate(
      `(() => {
        const source = document.querySelector("#ssh-key-source");
        source.value = "import";
        source.dispatchEvent(new Event("input", { bubbles: true }));
      })()`,
      webview,
    );
    await fill("ssh-key-name", "Mine");
    await fill("ssh-key-privateKey", "no key at all");
    await press("Add SSH Key");
    await waitFor(async () => (await browser.count({ selector: ".notice.error, [aria-invalid]", webview })) > 0, {
      what: "that it is refused",
    });
    await fill("ssh-key-privateKey", privateKey);
    await press("Add SSH Key");
    await heading("Mine");
    assert.ok(!(await wholePage()).includes(canary));
    await back();
    const row = await browser.text({ selector: ".item-row", text: "Mine", webview });
    assert.ok(row.includes(/MD5:[\da-f:]+/.exec(fingerprint)?.[0] ?? "no fingerprint"), row);
    await browser.screenshot("settings-ssh-keys");
  });

  it("deletes a key after a question", async () => {
    await browser.click({ selector: "button.name", text: "Mine", webview });
    await press("Delete SSH Key");
    await confirm("Delete SSH Key");
    await heading("SSH Keys");
    assert.deepEqual(
      (await keys()).map(({ name }) => name),
      ["Key of the mill"],
    );
  });

  it("shows where one is signed in, and signs another place out at once", async () => {
    const runtime = join(process.env["AIOPS_RUNTIME_DIR"] ?? "", "server.json");
    const { url, secret } = JSON.parse(await readFile(runtime, "utf8")) as { url: string; secret: string };
    const { token } = await signInLocally({ url, secret, client: "a script elsewhere" });
    const status = async () =>
      (await fetch(`${url}/api/auth/me`, { headers: { authorization: `Bearer ${token}` } })).status;
    assert.equal(await status(), 200);
    await open("signIn", "Sign-in");
    assert.match(await browser.text({ selector: ".item-row", text: "This one", webview }), /VS Code/);
    await browser.text({ selector: "section:visible", text: "runs for you alone", webview });
    await browser.screenshot("settings-sign-in");
    await browser.click({ selector: "[aria-label='Sign out a script elsewhere']", webview });
    await confirm("Sign Out");
    await waitFor(async () => (await status()) === 401, { what: "the end of that sign-in" });
    const gone = { selector: ".item-row", text: "a script elsewhere", webview };
    await waitFor(async () => (await browser.count(gone)) === 0, { what: "the row to go" });
  });

  it("makes a personal access token that works, shows it once, and deletes it", async () => {
    const { url } = await aiops.connection.whenConnected();
    await open("signIn", "Sign-in");
    await press("Create Token");
    await fill("token-name", "Nightly report");
    await browser.click({ selector: ".several label", text: "Read issues", webview });
    await press("Create Token");
    const token = await waitFor(
      async () => {
        const shown = await browser.text({ selector: ".once code", webview });
        return shown.length > 100 && shown;
      },
      { what: "the token" },
    );
    const status = async (path: string) =>
      (await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } })).status;
    assert.deepEqual([await status("/api/issues"), await status("/api/tenants")], [200, 403]);
    await press("Done");
    await heading("Sign-in");
    await browser.text({ selector: ".item-row", text: "Nightly report", webview });
    assert.ok(!(await wholePage()).includes(token));
    await browser.click({ selector: "[aria-label='Delete the token Nightly report']", webview });
    await confirm("Delete Token");
    await waitFor(async () => (await status("/api/issues")) === 401, { what: "the end of the token" });
  });

  it("brings a session that tmux lost back, and says so", async () => {
    const { request } = aiops.connection;
    const { id: projectId } = await project(aiops);
    const { signal } = new AbortController();
    await runJob(
      aiops,
      (client) => client.workspaces.initialise({ id: projectId }),
      () => undefined,
      signal,
    );
    const made = await request((client) => client.sessions.create({ projectId, tool: "shell" }));
    await open("sessions", "Sessions");
    await browser.text({ selector: ".item-row", text: made.tmuxSession, webview });
    await run("tmux", ["-L", made.tmuxSocket, "kill-session", "-t", `=${made.tmuxSession}`]);
    await browser.text({ selector: ".badge-failed", text: "Lost", webview });
    await press("Resync with tmux");
    await confirm("Resync");
    const answer = await browser.text({ selector: ".answer .notice", text: "was started anew", webview });
    assert.ok(answer.includes(made.title === "" ? made.tmuxSession : made.title), answer);
    await browser.screenshot("settings-sessions");
    await run("tmux", ["-L", made.tmuxSocket, "has-session", "-t", `=${made.tmuxSession}`]);
    await request((client) => client.sessions.stop({ id: made.id }));
    await browser.text({ selector: ".empty:visible", text: "No session.", webview });
  });
});
