import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Frame, Locator, Page } from "playwright-core";
import { prepareDemo, type Demo } from "../../scripts/demo.ts";
import { root } from "../../scripts/setup/places.mjs";
import type { Session } from "../../shared/entities/session.ts";
import { waitFor } from "../support/wait.ts";
import { findWebview } from "../vscode/host/page.ts";
import { openInstalled, type Installed } from "../vscode/host/installed.ts";

const run = promisify(execFile);
const timeoutMs = 30_000;

/** The pictures of the README are made here, on request: they would differ a little with each run. */
const pictures =
  process.env["README_PICTURES"] === "1" ? join(root, "docs/images") : join(root, "out/screenshots/installed");

describe("the packaged extension, with the demo and without a checkout beside it", function () {
  this.timeout(180_000);
  const issueTitle = "Disk full during a sync";
  let folder: string;
  let env: Record<string, string>;
  let vscode: Installed;
  let page: Page;
  let demo: Demo;

  /** The `aiops` command of the installed extension. */
  async function aiops(args: string[], more: Record<string, string> = {}): Promise<string> {
    const [installed = ""] = (await readdir(vscode.extensionsDir)).filter((name) => name.startsWith("aiops."));
    const program = join(vscode.extensionsDir, installed, "dist", "aiops.js");
    const { stdout } = await run(process.execPath, [program, ...args], {
      cwd: folder,
      env: { ...process.env, ...env, ...more },
    });
    return stdout;
  }

  async function sessions(): Promise<Session[]> {
    const { items } = JSON.parse(await aiops(["sessions", "list", "--json"])) as { items: Session[] };
    return items;
  }

  const row = (text: string): Locator => page.locator(".monaco-list-row", { hasText: text }).first();

  /** A terminal of VS Code shows the session: it is in sight, and tmux has a client. */
  async function attached(): Promise<void> {
    await page.locator(".part.panel .terminal-wrapper.active").first().waitFor({ timeout: 60_000 });
    await waitFor(async () => (await tmux("list-clients")) !== "", { what: "a client of the session", timeoutMs });
  }

  async function tmux(...args: string[]): Promise<string> {
    return (await run("tmux", ["-L", env["AIOPS_TMUX_SOCKET"] ?? "", ...args])).stdout.trim();
  }

  const picture = (name: string, clip?: Locator) =>
    (clip ?? page).screenshot({ path: join(pictures, `${name}.png`), animations: "disabled" });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "aiops-installed-"));
    await mkdir(pictures, { recursive: true });
    const home = join(folder, "home");
    await mkdir(home);
    env = {
      HOME: home,
      XDG_CONFIG_HOME: join(home, ".config"),
      XDG_DATA_HOME: join(home, ".local/share"),
      XDG_RUNTIME_DIR: "",
      AIOPS_TMUX_SOCKET: `aiops-installed-${process.pid}`,
    };
    const vsix = join(folder, "aiops.vsix");
    await copyFile(process.env["AIOPS_TEST_VSIX"] ?? "", vsix);
    await mkdir(join(folder, "open"));
    vscode = await openInstalled({
      vsix,
      workspace: join(folder, "open"),
      env,
      settings: { "workbench.colorTheme": "Default Light Modern", "window.title": "aiops" },
    });
    page = vscode.page;
  });

  after(async () => {
    await demo?.stop();
    await vscode?.close();
    await aiopsServerEnds(join(folder, "home/.local/share/aiops/run/server.json"));
    await tmux("kill-server").catch(ignoreNoServer);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it("starts the bundled server by itself and says what to do first", async () => {
    await page.locator('.activitybar [aria-label*="aiops"]').first().click();
    await page.getByText("Add GitHub Project").first().waitFor({ timeout: timeoutMs });
    assert.match(await aiops(["doctor"]), /server +http:\/\/127\.0\.0\.1:\d+ \(version/);
  });

  it("shows the issues of a seeded demo without a reload", async () => {
    demo = await prepareDemo({ folder: join(folder, "demo"), serverUrl: "", aiops });
    await row(issueTitle).waitFor({ timeout: timeoutMs });
    assert.match((await row("Open").textContent()) ?? "", /Open\s*\d+/);
    // Room for the titles, in the pictures too.
    const sash = await page.locator(".part.sidebar").boundingBox();
    assert(sash !== null);
    await page.mouse.move(sash.x + sash.width, 450);
    await page.mouse.down();
    await page.mouse.move(sash.x + 460, 450, { steps: 5 });
    await page.mouse.up();
  });

  it("ends Start Work in an attached session: in the clone, on the issue's branch, with its context", async () => {
    await row(issueTitle).hover();
    await row(issueTitle).locator('.action-label[aria-label*="Start Work"]').click();
    await page.locator(".quick-input-widget").getByText("Shell", { exact: true }).click();
    await attached();

    const [session] = await sessions();
    assert(session);
    const clone = join(folder, "home/workspace/aiops");
    assert.equal(session.workspacePath, clone);
    assert.equal(await tmux("display-message", "-p", "-t", `=${session.tmuxSession}:`, "#{pane_current_path}"), clone);
    const git = async (...args: string[]) => (await run("git", ["-C", clone, ...args])).stdout.trim();
    assert.equal(await git("branch", "--show-current"), session.branch);
    assert.match(session.branch ?? "", /^issue\/\d+-disk-full-during-a-sync$/);
    assert.equal(await git("status", "--porcelain"), "");
    const context = await readFile(join(clone, "AGENTS.override.md"), "utf8");
    assert.match(context, /Disk full during a sync/);
    assert.match(context, /507/, "a comment or the body is in it");
    await row(`issue/`).waitFor({ timeout: timeoutMs });
  });

  it("opens the issue's page, rendered, with its session", async () => {
    await row(issueTitle).click();
    const panel: Frame = await findWebview(page, "What was not", timeoutMs);
    await panel.getByRole("heading", { name: issueTitle }).waitFor({ timeout: timeoutMs });
    await panel.getByRole("button", { name: /Attach/ }).waitFor({ timeout: timeoutMs });
    await page.mouse.move(900, 20);
    await page.locator(".workbench-hover-container").waitFor({ state: "hidden" });
    await picture("overview");
    await picture("views", page.locator(".part.sidebar"));
    await page.keyboard.press("Control+j");
    await panel.getByText("Comments").first().waitFor();
    await picture("issue-panel", page.locator(".part.editor"));
    await page.keyboard.press("Control+j");
  });

  it("attaches the session again after the window was reloaded", async () => {
    // VS Code keeps the terminals of a window that left for a minute, so the old client may still be there.
    const clients = async () => (await tmux("list-clients", "-F", "#{client_pid}")).split("\n");
    const before = await clients();
    await page.reload({ waitUntil: "domcontentloaded" });
    await waitFor(async () => (await clients()).some((pid) => pid !== "" && !before.includes(pid)), {
      what: "a new client after the reload",
      timeoutMs: 60_000,
    });
    await attached();
  });

  it("goes on after the server was killed: the session runs, and the views come back", async () => {
    const file = join(folder, "home/.local/share/aiops/run/server.json");
    const { pid } = JSON.parse(await readFile(file, "utf8")) as { pid: number };
    process.kill(pid, "SIGKILL");
    await waitFor(
      async () => {
        const announced = JSON.parse(await readFile(file, "utf8")) as { pid: number };
        return announced.pid !== pid;
      },
      { what: "a new server", timeoutMs },
    );
    const [session] = await sessions();
    assert.equal(session?.status, "idle");
    await row(issueTitle).waitFor({ timeout: timeoutMs });
  });
});

async function aiopsServerEnds(file: string): Promise<void> {
  try {
    const { pid } = JSON.parse(await readFile(file, "utf8")) as { pid: number };
    process.kill(pid, "SIGTERM");
    await waitFor(() => !alive(pid), { what: "the server's end", timeoutMs });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH")))
      throw error;
  }
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
}

function ignoreNoServer(error: unknown): void {
  if (!/no server running|No such file/.test(String((error as { stderr?: string }).stderr))) throw error;
}
