import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { root } from "../../scripts/setup/places.mjs";
import { totpCode } from "../../server/auth/totp.ts";
import { linuxUsers, processesOf, runAs } from "../support/linux-users.ts";
import { waitFor } from "../support/wait.ts";
import type { VsCodeAccount } from "../vscode/host/account.ts";
import { openInstalled, type Installed } from "../vscode/host/installed.ts";
import { findWebview } from "../vscode/host/page.ts";
import { makeSharedWorld, type Member, type SharedWorld } from "./shared-world.ts";

const pictures = join(root, "out/screenshots/installed");
const timeout = 15_000;

/** Each VS Code, with its extension host, runs as the Linux user it is of; the server as its own. */
describe("the packaged extension, as different people of one host", function () {
  this.timeout(120_000);
  const users = linuxUsers();
  let world: SharedWorld;
  let opened: Installed | undefined;

  before(async () => {
    await mkdir(pictures, { recursive: true });
    world = await makeSharedWorld(users);
  });
  after(() => world?.close());

  /** The workbench of somebody, with the Issues view in sight. */
  async function open(account: VsCodeAccount, env: Record<string, string> = {}): Promise<Window> {
    const workspace = join(account.user.home, "open");
    // A folder from somebody else says where to sign in: that is no setting of a folder's.
    const settings = JSON.stringify({ "aiops.serverUrl": "http://127.0.0.1:9" });
    const made = await runAs(account.user, ["sh", "-c", "mkdir -p open/.vscode && cat > open/.vscode/settings.json"], {
      cwd: account.user.home,
      input: settings,
    });
    assert.equal(made.code, 0, made.stderr);
    opened = await openInstalled({
      vsix: world.vsix,
      workspace,
      account,
      env: { AIOPS_CLIENT_FILE: world.clientFile, ...env },
      settings: { "window.title": "aiops", "workbench.activityBar.location": "default" },
    });
    const window = new Window(opened);
    await window.page.locator('.activitybar [aria-label*="aiops"]').first().click();
    return window;
  }

  afterEach(async function () {
    if (this.currentTest?.state === "failed" && opened !== undefined) {
      const name = join(pictures, `failed ${this.currentTest.title.slice(0, 60)}`);
      await opened.page.screenshot({ path: `${name}.png` });
      await writeFile(`${name}.log`, await writtenBy(opened));
    }
    await opened?.close();
    opened = undefined;
  });

  /** Neither these words nor a token of the server's stand in any file of VS Code's. */
  async function keptNowhere(words: string[]): Promise<void> {
    const written = await writtenBy(opened ?? assert.fail());
    assert.match(written, /connected to http/);
    for (const word of [...words, "eyJ"]) assert.ok(!written.includes(word), `${word} was written down`);
  }

  it("signs Alice in without a question, and shows her organisation's issues alone", async () => {
    const { alice } = world;
    const window = await open(alice);
    await window.row("Turn the crank 1").waitFor({ timeout });
    assert.ok((await processesOf(alice.user.uid)).length > 0, "VS Code does not run as her");
    await window.statusBar("aiops: alice").waitFor({ timeout });
    assert.equal(await window.text("the loom").count(), 0);
    assert.equal(await window.row("Mend the thread").count(), 0);
    await window.picture("shared-alice");
    await window.accounts();
    await window.menuItem(alice.email).waitFor({ timeout });
    await window.picture("shared-accounts");
    await window.page.keyboard.press("Escape");
    assert.deepEqual(await signInsOf(alice), ["host"]);
  });

  it("shows Bob his, at the same server, and of the settings what is about himself", async () => {
    const window = await open(world.bob);
    await window.row("Mend the thread 1").waitFor({ timeout });
    await window.statusBar("aiops: bob").waitFor({ timeout });
    assert.equal(await window.row("Turn the crank").count(), 0);
    await window.picture("shared-bob");
    await window.command("aiops: Open Settings");
    const panel = await findWebview(window.page, "Where You Are Signed In", timeout);
    assert.deepEqual(await panel.locator(".nav-entry:visible").allInnerTexts(), ["Sign-in"]);
    await window.picture("shared-settings");
  });

  it("signs in anew where the sign-in was revoked", async () => {
    const { bob } = world;
    const window = await open(bob);
    await window.row("Mend the thread 1").waitFor({ timeout });
    const { items } = await bob.client.auth.sessions();
    for (const { id, client } of items) if (client === "VS Code") await bob.client.auth.revoke({ sessionId: id });
    await window.command("aiops: Refresh");
    await waitFor(async () => (await signInsOf(bob)).length > 0, { what: "another sign-in of Bob's" });
    await window.row("Mend the thread 1").waitFor({ timeout });
  });

  it("ends the sign-in in the Accounts menu, and makes no other until it is asked to", async () => {
    const { bob } = world;
    const window = await open(bob);
    await window.row("Mend the thread 1").waitFor({ timeout });
    const before = (await signInsOf(bob)).length;
    await window.accounts();
    await window.menuItem(bob.email).click();
    // What has just opened takes no click yet.
    await window.menuItem("Sign Out").hover();
    await window.page.keyboard.press("Enter");
    await window.page.locator(".monaco-dialog-box .monaco-button", { hasText: "Sign Out" }).first().click();
    await window.text("You are signed out of this host's aiops server").waitFor({ timeout });
    assert.equal((await signInsOf(bob)).length, before - 1);
    await window.picture("shared-signed-out");
    await window.command("aiops: Refresh");
    await window.text("You are signed out of this host's aiops server").waitFor({ timeout });
    assert.equal((await signInsOf(bob)).length, before - 1);
    await window.welcomeButton("Sign In").click();
    await window.row("Mend the thread 1").waitFor({ timeout });
  });

  it("asks who it is before it lets anybody change how they sign in, and says nothing of it to any log", async () => {
    const { alice } = world;
    const window = await open(alice);
    await window.row("Turn the crank 1").waitFor({ timeout });
    await window.command("aiops: Set Up One-Time Codes");
    await window.secret("Administering takes your aiops password").waitFor({ timeout });
    await window.picture("shared-step-up");
    await window.page.keyboard.press("Escape");
    await window.notified("Nothing was changed: it takes your password or a one-time code, and you gave none.");

    await window.command("aiops: Set Up One-Time Codes");
    await window.fill("Administering takes your aiops password", "wrong words 1");
    await window.fill("The password is wrong", "wrong words 2");
    await window.fill("The password is wrong", "wrong words 3");
    await window.notified("what you gave was wrong three times");

    await window.command("aiops: Set Up One-Time Codes");
    await window.fill("Administering takes your aiops password", alice.password);
    const dialog = window.page.locator(".monaco-dialog-box");
    await dialog.waitFor({ timeout });
    const secret = /secret=([A-Z2-7]+)/.exec(await dialog.innerText())?.[1] ?? assert.fail("no secret is shown");
    await window.picture("shared-one-time-codes");
    await dialog.locator(".monaco-button", { hasText: "I Have Entered It" }).click();
    await window.fill("The six-digit code", "000000");
    await window.fill("The code is wrong", totpCode(secret, Math.floor(Date.now() / 30_000)));
    await window.notified("One-time codes are in use");
    assert.deepEqual((await alice.client.auth.me()).stepUp.methods, ["password", "totp"]);

    await keptNowhere([alice.password, secret, "wrong words"]);
  });

  it("tells a stranger what an administrator does, and lets in who has a password", async () => {
    const { alice, stranger } = world;
    const window = await open(stranger);
    await window.text("Nobody in aiops works as the Linux user you are").waitFor({ timeout });
    await window.picture("shared-stranger");
    await window.welcomeButton("Sign In with E-Mail and Password").click();
    await window.fill("Your e-mail address", alice.email);
    await window.fill(`The password of ${alice.email}`, "not her words");
    await window.fill("E-mail address or password is wrong", alice.password);
    await window.row("Turn the crank 1").waitFor({ timeout });
    assert.ok((await signInsOf(alice)).includes("pwd"));
    await window.statusBar("aiops: alice").waitFor({ timeout });
    await keptNowhere([alice.password, "not her words"]);
  });

  it("trusts no file that somebody else than root wrote, and goes nowhere by it", async () => {
    const { bob, alice, clientFile } = world;
    const file = join(alice.user.home, "client.json");
    await runAs(alice.user, ["cp", clientFile, file]);
    await runAs(alice.user, ["chmod", "711", alice.user.home]);
    const before = (await signInsOf(bob)).length;
    const window = await open(bob, { AIOPS_CLIENT_FILE: file });
    await window.text("The aiops server of this host can't be used").waitFor({ timeout });
    await window.welcomeButton("Show Status").click();
    await window.page.getByPlaceholder("must be a file that root alone may write").waitFor({ timeout });
    assert.equal((await signInsOf(bob)).length, before);
  });
});

/** How the sign-ins of a person's VS Codes were made. */
async function signInsOf({ client }: Member): Promise<string[]> {
  const { items } = await client.auth.sessions();
  return items.filter((session) => session.client === "VS Code").map(({ amr }) => amr.join("+"));
}

/** All that VS Code and its extensions have written down. */
async function writtenBy({ server }: Installed): Promise<string> {
  const entries = await readdir(server.dataDir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const texts = await Promise.all(files.map((file) => readFile(file, "latin1")));
  return `${texts.join("\n")}\n${server.output()}`;
}

/** VS Code as a person uses it. */
class Window {
  readonly page: Page;

  constructor({ page }: Installed) {
    this.page = page;
  }

  row(text: string): Locator {
    return this.page.locator(".monaco-list-row", { hasText: text }).first();
  }

  text(text: string): Locator {
    return this.page.getByText(text).first();
  }

  statusBar(text: string): Locator {
    return this.page.locator(".statusbar-item", { hasText: text });
  }

  welcomeButton(text: string): Locator {
    return this.page.locator(".welcome-view .monaco-button", { hasText: text }).first();
  }

  /** Opens the Accounts menu. */
  async accounts(): Promise<void> {
    await this.page.locator('.activitybar [aria-label*="Accounts"]').first().click();
  }

  menuItem(text: string): Locator {
    return this.page.locator(".context-view .action-label", { hasText: text }).first();
  }

  async command(title: string): Promise<void> {
    await this.page.locator(".quick-input-widget").first().waitFor({ state: "hidden", timeout });
    await this.page.keyboard.press("F1");
    await this.page.locator(".quick-input-widget:visible input").first().fill(`>${title}`, { timeout });
    await this.page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().click();
  }

  /** The box that asks for what nobody may read. */
  secret(question: string): Locator {
    return this.#box(question).locator('input[type="password"]');
  }

  /** Types into the box that asks this, and presses Enter. */
  async fill(question: string, answer: string): Promise<void> {
    const input = this.#box(question).locator("input").first();
    await input.fill(answer, { timeout });
    await input.press("Enter");
    // The next question may be the same, in a box of its own.
    const left = () => input.evaluateAll((found) => found.map((each) => (each as unknown as { value: string }).value));
    const taken = async () => !(await left()).includes(answer);
    await waitFor(taken, { what: `"${question}" to be taken`, timeoutMs: timeout });
  }

  /** Waits for a notification, which stands in the list behind the bell, and takes all away. */
  async notified(text: string): Promise<void> {
    const list = this.page.locator(".notifications-center");
    const shown = async () => {
      // It closes by itself whenever the last notification in it goes.
      if (!(await list.isVisible())) await this.page.locator('[id="status.notifications"]').click();
      return (await list.locator(".notification-list-item", { hasText: text }).count()) > 0;
    };
    await waitFor(shown, { what: `the notification "${text}"`, timeoutMs: timeout });
    await list.locator('[aria-label*="Clear All Notifications"]').first().click();
  }

  async picture(name: string): Promise<void> {
    await this.page.screenshot({ path: join(pictures, `${name}.png`), animations: "disabled" });
  }

  #box(question: string): Locator {
    return this.page.locator(".quick-input-widget:visible", { hasText: question });
  }
}
