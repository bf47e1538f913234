import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { SuiteFixture } from "../host/fixture.ts";
import { makeRepository } from "../support/repository.ts";

/** A tool that asks the person, and tells what they said. */
const asker = "printf 'Turn the crank? [y/n] '; read answer; echo \"they said $answer\"; exec cat";

/**
 * A person's home of their own: nothing configured, a repository to clone, a tmux socket of its own. The extension
 * starts the server itself, as at a new user's.
 */
export async function prepareSuite(): Promise<SuiteFixture> {
  const folder = await mkdtemp(join(tmpdir(), "aiops-suite-"));
  const home = join(folder, "home");
  const dataDir = join(folder, "data");
  const workspace = join(folder, "open");
  await mkdir(home);
  await mkdir(workspace);
  const tmuxSocket = `aiops-test-${randomBytes(4).toString("hex")}`;
  const repositoryUrl = await makeRepository(join(folder, "bernoulli"));
  return {
    workspace,
    env: {
      HOME: home,
      XDG_CONFIG_HOME: join(home, ".config"),
      AIOPS_DATA_DIR: dataDir,
      AIOPS_RUNTIME_DIR: join(folder, "run"),
      AIOPS_TMUX_SOCKET: tmuxSocket,
      AIOPS_URL: "",
      AIOPS_COMMANDS: JSON.stringify([{ name: "asker", label: "Asker", command: ["sh", "-c", asker] }]),
      AIOPS_TEST_REPOSITORY: repositoryUrl,
    },
    [Symbol.asyncDispose]: async () => {
      await endServer(join(folder, "run", "server.json"));
      await endTmux(tmuxSocket);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The server outlives VS Code, as it should; not the test. */
async function endServer(runtimeFile: string): Promise<void> {
  try {
    const { pid } = JSON.parse(await readFile(runtimeFile, "utf8")) as { pid: number };
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!["ENOENT", "ESRCH"].includes(String((error as NodeJS.ErrnoException).code))) throw error;
  }
}

async function endTmux(socket: string): Promise<void> {
  try {
    await promisify(execFile)("tmux", ["-L", socket, "kill-server"]);
  } catch (error) {
    // Nothing runs there: what was wanted.
    if (!/no server running|No such file/.test(String((error as { stderr?: string }).stderr))) throw error;
  }
}
