import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Locator, Page } from "playwright-core";
import { root } from "../../scripts/setup/places.mjs";
import { linuxUsers, runAs, type TestLinuxUser } from "../support/linux-users.ts";
import { startSshd, type TestSshd } from "../support/sshd.ts";
import { waitFor } from "../support/wait.ts";
import { openInstalled, type Installed } from "../vscode/host/installed.ts";
import { makeSharedWorld, type Member, type SharedWorld } from "./shared-world.ts";

const run = promisify(execFile);
const pictures = join(root, "out/screenshots/installed");
const timeout = 30_000;

/** What each of them has, and what they must not see. */
const people = [
  { name: "alice", owner: "mill", issue: "Turn the crank 1", foreign: /the loom|Mend the thread/ },
  { name: "bob", owner: "loom", issue: "Mend the thread 1", foreign: /the mill|Turn the crank/ },
  { name: "carol", owner: "mill", issue: "Turn the crank 1", foreign: /the loom|Mend the thread/ },
] as const;

/** Each in a VS Code that runs as their Linux user, against one server that runs as its own. */
describe("a day's work of three people of one host, with the packaged extension", function () {
  this.timeout(240_000);
  const users = linuxUsers();
  let folder: string;
  let sshd: TestSshd;
  let world: SharedWorld;
  let opened: Installed | undefined;

  before(async () => {
    await mkdir(pictures, { recursive: true });
    folder = await mkdtemp(join(tmpdir(), "aiops-work-"));
    sshd = await startSshd();
    world = await makeSharedWorld(users, { origin });
    await allow("loom", await ownKeyOf(world.bob.user));
  });
  after(async () => {
    await world?.close();
    await sshd?.[Symbol.asyncDispose]();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });
  afterEach(async function () {
    try {
      if (this.currentTest?.state !== "failed" || opened === undefined) return;
      // What went wrong stands in the list behind the bell.
      await opened.page.locator('[id="status.notifications"]').click({ timeout });
      await opened.page.screenshot({ path: join(pictures, `failed ${this.currentTest.title.slice(0, 60)}.png`) });
    } finally {
      await opened?.close();
      opened = undefined;
    }
  });

  const remoteOf = (owner: string) => join(folder, `${owner}.git`);
  const git = async (at: string, ...args: string[]) => (await run("git", ["-C", at, ...args])).stdout.trim();

  /** Lets a key in at one repository alone; what comes with it is written down. */
  async function allow(owner: string, publicKey: string): Promise<void> {
    const bare = remoteOf(owner);
    const command = `echo \\"$SSH_ORIGINAL_COMMAND\\" >> ${bare}.log; git-shell -c \\"$SSH_ORIGINAL_COMMAND\\"`;
    await sshd.allow(`restrict,command="${command}" ${publicKey}`);
  }

  /** Makes a key of somebody's own, as people have them, in a home that knows the host; answers its public half. */
  async function ownKeyOf(user: TestLinuxUser): Promise<string> {
    const script = `umask 077 && mkdir .ssh && ssh-keygen -q -t ed25519 -N "" -f .ssh/id_ed25519 &&
      ssh-keyscan -p ${sshd.port} 127.0.0.1 > .ssh/known_hosts && cat .ssh/id_ed25519.pub`;
    const made = await runAs(user, ["sh", "-c", script], { cwd: user.home });
    assert.equal(made.code, 0, made.stderr);
    return made.stdout.trim();
  }

  /** The mill has a key of the organisation's for its repository; who works for the loom has their own. */
  const origin: NonNullable<Parameters<typeof makeSharedWorld>[1]>["origin"] = async (owner, tenantId, client) => {
    const [tree, bare] = [join(folder, owner), remoteOf(owner)];
    await run("git", ["init", "-q", "-b", "main", tree]);
    await writeFile(join(tree, "README.md"), `# Site of the ${owner}\n`);
    await git(tree, "add", ".");
    await git(tree, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-q", "-m", "Begin");
    await run("git", ["clone", "-q", "--bare", tree, bare]);
    const site = { repositoryUrl: sshd.url(bare), protectedBranches: ["main"] };
    if (owner === "loom") return { ...site, sshKeyId: null };
    const key = await client.sshKeys.create({ tenantId, name: `Key of the ${owner}`, generate: "ed25519" });
    await allow(owner, key.publicKey);
    return { ...site, sshKeyId: key.id };
  };

  /** VS Code of somebody, with the extension's views in sight. */
  async function open(account: Member): Promise<Page> {
    const workspace = join(account.user.home, "open");
    assert.equal((await runAs(account.user, ["mkdir", "-p", workspace])).code, 0);
    opened = await openInstalled({
      vsix: world.vsix,
      workspace,
      account,
      env: { AIOPS_CLIENT_FILE: world.clientFile },
      settings: { "workbench.activityBar.location": "default" },
    });
    await opened.page.locator('.activitybar [aria-label*="aiops"]').first().click();
    return opened.page;
  }

  for (const { name, owner, issue, foreign } of people) {
    it(`lets ${name} sign in without a password, work in a clone of their own, and push in their name`, async () => {
      const member = world[name];
      const { user, email } = member;
      const clone = join(user.home, "workspace/site");
      const branch = `work-of-${name}`;
      const page = await open(member);
      const card = (text: RegExp | string) => rowOf(page, "Projects", text);
      const picture = (what: string) =>
        page.screenshot({ path: join(pictures, `work-${name}-${what}.png`), animations: "disabled" });

      await rowOf(page, "Issues", issue).waitFor({ timeout });
      await page.locator(".statusbar-item", { hasText: `aiops: ${name}` }).waitFor({ timeout });
      const { items } = await member.client.auth.sessions();
      const signIns = items.filter(({ client }) => client === "VS Code").map(({ amr }) => amr);
      assert.deepEqual(signIns, [["host"]]);
      await card(`Site of the ${owner}`).waitFor({ timeout });
      assert.doesNotMatch(await page.locator(".part.sidebar").innerText(), foreign);

      await card("Initialise Workspace").click();
      await card("~/workspace/site").waitFor({ timeout });
      await card(/Begin.*Ada.*on main/).waitFor({ timeout });
      await onlyTheirs(user, [clone, join(clone, ".git/config"), join(clone, "README.md")]);

      await command(page, "aiops: Populate AGENTS.override.md");
      await page.getByPlaceholder("Write which issue's context?").fill(issue, { timeout });
      await choose(page, issue);
      await page.locator(".tab", { hasText: "AGENTS.override.md" }).waitFor({ timeout });
      await picture("context");
      await page.locator('.editor-actions .action-label[aria-label^="Write"]').click({ timeout });
      const context = join(clone, "AGENTS.override.md");
      await waitFor(async () => (await runAs(user, ["cat", context])).stdout.includes(issue), {
        what: "the context",
        timeoutMs: timeout,
      });
      await onlyTheirs(user, [context]);
      assert.equal((await stat(context)).mode & 0o777, 0o600);

      await command(page, "aiops: New Branch…");
      await answer(page, "New Branch of", branch);
      await choose(page, "as it is here");
      await card(new RegExp(branch)).waitFor({ timeout });
      const changed = await runAs(user, ["tee", "-a", "README.md"], { cwd: clone, input: `By ${name}.\n` });
      assert.equal(changed.code, 0, changed.stderr);
      await command(page, "aiops: Commit…");
      await asks(page, "which files?").waitFor({ timeout });
      const files = await page.locator(".quick-input-list .monaco-list-row:visible").allInnerTexts();
      assert.equal(files.length, 1, files.join("; "));
      assert.match(files[0] ?? "", /README\.md/);
      await page.keyboard.press("Enter");
      await answer(page, `Commit 1 file to ${branch}`, `Say that ${name} was here`);
      await card(new RegExp(`Say that ${name} was here`)).waitFor({ timeout });
      await command(page, "aiops: Push");
      const remote = remoteOf(owner);
      const pushed = async () => (await git(remote, "branch", "--list", branch)) !== "";
      await waitFor(pushed, { what: "the branch on the remote", timeoutMs: timeout });
      await picture("pushed");

      const log = await git(remote, "log", "--format=%an <%ae> / %cn <%ce>: %s", `main..${branch}`);
      assert.equal(log, `${name} <${email}> / ${name} <${email}>: Say that ${name} was here`);
      assert.equal(await git(remote, "diff", "--name-only", "main", branch), "README.md");
      const byKey = await readFile(`${remote}.log`, "utf8");
      assert.ok(byKey.includes(`git-receive-pack '${remote}'`), byKey);
      assert.ok(!byKey.includes(remoteOf(owner === "mill" ? "loom" : "mill")), byKey);
    });
  }

  /** They are the person's own, in a home that is closed to the server's user and everybody else. */
  async function onlyTheirs(user: TestLinuxUser, files: string[]): Promise<void> {
    const home = await stat(user.home);
    assert.deepEqual([home.uid, home.mode & 0o777], [user.uid, 0o700]);
    const others = [world.service, ...people.map(({ name }) => world[name].user)].filter(({ uid }) => uid !== user.uid);
    for (const file of files) {
      const { uid, gid, mode } = await stat(file);
      assert.deepEqual([uid, gid], [user.uid, user.gid], file);
      assert.equal(mode & 0o022, 0, `${file} is writable for others`);
      for (const other of others) {
        const { code, stderr } = await runAs(other, ["stat", file]);
        assert.notEqual(code, 0, `${other.name} reaches ${file}`);
        assert.match(stderr, /Permission denied/);
      }
    }
  }
});

/** A line of one of the extension's views. */
function rowOf(page: Page, view: string, text: RegExp | string): Locator {
  const pane = page.locator(".part.sidebar .pane", { has: page.locator(".pane-header", { hasText: view }) });
  return pane.locator(".monaco-list-row", { hasText: text }).first();
}

/** The box that asks this. */
function asks(page: Page, question: string): Locator {
  return page.locator(".quick-input-widget:visible", { hasText: question });
}

/** Runs a command by its name, from the keyboard. */
async function command(page: Page, title: string): Promise<void> {
  await page.locator(".quick-input-widget").first().waitFor({ state: "hidden", timeout });
  await page.keyboard.press("F1");
  await page.locator(".quick-input-widget:visible input").first().fill(`>${title}`, { timeout });
  await choose(page, title);
}

/** Presses Enter once the entry with this text is the one in focus. */
async function choose(page: Page, text: string): Promise<void> {
  const entry = page.locator(".quick-input-list:visible .monaco-list-row.focused", { hasText: text });
  await entry.waitFor({ timeout });
  await page.keyboard.press("Enter");
  await entry.waitFor({ state: "hidden", timeout });
}

/** Types an answer to a question, and Enter. */
async function answer(page: Page, question: string, text: string): Promise<void> {
  const box = asks(page, question);
  await box.locator('input[type="text"]').first().fill(text, { timeout });
  await page.keyboard.press("Enter");
  await box.waitFor({ state: "hidden", timeout });
}
