import { randomBytes } from "node:crypto";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Host, HostUser } from "../../../server/host/host.ts";
import { createLocalHost } from "../../../server/host/local.ts";

/** A home of its own and a tmux socket nobody else has. */
export interface TestSeat extends AsyncDisposable {
  host: Host;
  user: HostUser;
  home: string;
  socket: string;
  /** tmux on the same socket, past everything that is tested. */
  tmux: (...argv: string[]) => Promise<string>;
}

export async function createSeat(environment: Record<string, string> = {}): Promise<TestSeat> {
  const home = await realpath(await mkdtemp(path.join(os.tmpdir(), "aiops-seat-")));
  const socket = `aiops-test-${randomBytes(6).toString("hex")}`;
  const host = createLocalHost({ environment: { ...process.env, HOME: home, ...environment } });
  const user = await host.as(host.currentUser);
  const run = async (...argv: string[]) => {
    const { stdout } = await user.run(["tmux", "-u", "-L", socket, "-f", "/dev/null", ...argv]);
    return stdout;
  };
  return {
    host,
    user,
    home,
    socket,
    tmux: run,
    async [Symbol.asyncDispose]() {
      // There may be no server left to end.
      await user.run(["tmux", "-L", socket, "kill-server"], { check: false });
      await rm(path.join(os.tmpdir(), `tmux-${user.uid}`, socket), { force: true });
      // A shell that was just hung up still writes its history.
      await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    },
  };
}
