/**
 * Acting as other Linux users, with real ones. Goals: an operation through a warm helper at most 0.2 of the same
 * through sudo per call; an idle helper at most 60 MB, and gone after its idle time; the status of 50 workspaces of 5
 * users at most 1.5 of 50 parallel `git status` without a server; `POST /api/issues/{id}/context` as another user at
 * most as long as one `sudo tee` of the same file. Needs root.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { systemClock } from "../../shared/clock.ts";
import { Accounts } from "../../server/host/accounts.ts";
import type { HostUser } from "../../server/host/host.ts";
import { createSharedHost } from "../../server/host/shared.ts";
import { LinuxUsers, type TestLinuxUser } from "../support/linux-users.ts";
import { installTestHelper } from "../support/shared-host.ts";
import { waitFor } from "../support/wait.ts";
import { measureContext } from "./helper/context.ts";
import { measureStatus } from "./helper/status.ts";
import { median, ratio, run, timed } from "./helper/timing.ts";

const rounds = 41;
const idleMs = 3_000;
const durably = 'dd of="$1.tmp" conv=fsync status=none && mv -f "$1.tmp" "$1" && sync "$2"';
const goals = { operation: 0.2, idleMegabytes: 60, context: 1, status: 1.5 };

if (process.getuid?.() !== 0) {
  console.log("not measured: it needs root, to make Linux users");
} else {
  const users = new LinuxUsers();
  try {
    await measure(users);
  } finally {
    await users.dispose();
  }
}

async function measure(users: LinuxUsers): Promise<void> {
  const program = await installTestHelper(users);
  const accounts = new Accounts(systemClock);
  const host = createSharedHost({ environment: process.env, accounts, program, idleMs });
  const alice = await users.create();
  const operations = await measureOperations(await host.as(alice.name), alice);
  const idle = await measureIdle(async () => (await host.helpers()).get(alice.name));
  await host.close();
  const status = await measureStatus(users, program);
  const context = await measureContext(users, program);
  const results = { operations, idle, status, context };
  for (const { what, helper, sudo, ratio } of operations) {
    print(`${what}: helper ${helper} ms, sudo ${sudo} ms`, ratio, goals.operation);
  }
  print(`idle helper: ${idle.megabytes} MB`, idle.megabytes, goals.idleMegabytes);
  print(`gone ${idle.goneAfterMs} ms after the last call, of ${idleMs}`, idle.goneAfterMs, idleMs + 1_000);
  print(`50 workspaces of 5 users: ${status.server} ms, 50 git status: ${status.plain} ms`, status.ratio, goals.status);
  print(`context as another user: ${context.server} ms, sudo tee: ${context.tee} ms`, context.ratio, goals.context);
  console.log(JSON.stringify({ bench: "helper", rounds, goals, results }));
}

function print(what: string, value: number, goal: number): void {
  console.log(`${what}; ${value} (goal ≤ ${goal})${value <= goal ? "" : " MISSED"}`);
}

/** Medians of alternating runs of the same thing done both ways. */
async function measureOperations(user: HostUser, account: TestLinuxUser) {
  const root = account.home;
  const file = path.join(root, "file");
  const text = "x".repeat(16_384);
  await user.files.writeFile(file, text, { root });
  const sudo = (argv: string[], input?: string) =>
    run(["sudo", "-n", "-u", account.name, "--", ...argv], input === undefined ? {} : { input });
  const operations = [
    {
      what: "test a path",
      helper: () => user.files.exists(file),
      sudo: () => sudo(["test", "-e", file]),
    },
    {
      what: "read a file",
      helper: () => user.files.readFile(file, { root }),
      sudo: () => sudo(["cat", file]),
    },
    {
      what: "change a mode",
      helper: () => user.files.changeMode(file, 0o640, { root }),
      sudo: () => sudo(["chmod", "640", file]),
    },
    {
      what: "write a file durably",
      helper: () => user.files.writeFile(file, text, { root }),
      // As durable: a temporary file, synced, renamed, its folder synced.
      sudo: () => sudo(["sh", "-c", durably, "sh", file, root], text),
    },
    {
      what: "run a command",
      helper: () => user.run(["true"]),
      sudo: () => sudo(["true"]),
    },
  ];
  const results = [];
  for (const { what, helper, sudo: through } of operations) {
    const [quick, slow]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      quick.push(await timed(helper));
      slow.push(await timed(through));
    }
    results.push({ what, helper: median(quick), sudo: median(slow), ratio: ratio(median(quick), median(slow)) });
  }
  return results;
}

/** What a helper that was at work holds once it is quiet, and when it goes. */
async function measureIdle(pidOf: () => Promise<number | undefined>) {
  const pid = await pidOf();
  if (pid === undefined) throw new Error("no helper runs");
  const from = performance.now();
  await waitFor(() => performance.now() - from > idleMs - 500, { what: "the helper to be quiet for a while" });
  const megabytes = await residentMegabytes(pid);
  await waitFor(() => !existsSync(`/proc/${pid}`), { what: "the idle helper to end", timeoutMs: idleMs * 3 });
  return { megabytes, goneAfterMs: Math.round(performance.now() - from) };
}

async function residentMegabytes(pid: number): Promise<number> {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1];
  return Math.round((Number(kilobytes) * 1024) / 100_000) / 10;
}
