/**
 * State of 100 sessions in one tick (tmux asked, screens read, states judged, records compared) against one plain
 * `tmux list-panes -a` on the same tmux server, started the same way. Goal: at most twice as long. Measured while all
 * are quiet, while 10 print, and while all 100 print a full screen between two ticks.
 */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { systemClock } from "../../shared/clock.ts";
import { SessionRepository } from "../../server/sessions/repository.ts";
import { SessionService } from "../../server/sessions/service.ts";
import { TmuxServers } from "../../server/sessions/tmux-servers.ts";
import { Tools } from "../../server/sessions/tools.ts";
import { openDatabase } from "../../server/storage/migrations.ts";
import { migrations } from "../../server/storage/schema.ts";
import { createSeat } from "../integration/tmux/tmux-seat.ts";

const sessions = 100;
const rounds = 31;
const goal = 2;

await using seat = await createSeat();
const database = openDatabase(path.join(seat.home, "aiops.sqlite"), {
  migrations,
  clock: systemClock,
  backupDirectory: seat.home,
});
const write = (fields: unknown, message: string) => console.error(message, fields);
const service = new SessionService({
  repository: new SessionRepository(database),
  servers: new TmuxServers({
    host: seat.host,
    socket: seat.socket,
    serverId: "bench",
    linuxUserOf: () => seat.user.name,
  }),
  tools: new Tools({ commands: [], clock: systemClock, nodeDirectory: path.dirname(process.execPath) }),
  events: { publish: () => undefined },
  clock: systemClock,
  log: { debug: write, info: write, warn: write, error: write },
  inTree: (_record, start) => start(),
  // Only the ticks of this script count.
  intervalMs: 3_600_000,
});
const project = { id: "1", tenantId: "t", slug: "bench", name: "Bench" };
for (let made = 0; made < sessions; made += 1) {
  await service.create({ project, userId: "u", tool: "shell", workspacePath: seat.home, branch: null });
}
const terminals = (await seat.tmux("list-panes", "-a", "-F", "#{pane_tty}")).trim().split("\n");
const screenful = `${"The quick brown fox jumps over the lazy dog. ".repeat(4)}\r\n`.repeat(48);

const results = [await measure("all quiet", 0), await measure("10 printing", 10), await measure("100 printing", 100)];
for (const { what, tick, list, ratio } of results) {
  console.log(
    `${what}: tick ${tick.toFixed(2)} ms, list-panes -a ${list.toFixed(2)} ms, ratio ${ratio.toFixed(2)} (goal ≤ ${goal})`,
  );
}
console.log(JSON.stringify({ bench: "sessions", sessions, rounds, goal, results }));
await service.close();
database.close();

/** Medians of alternating runs; before each pair, `printing` terminals get a screen full of text. */
async function measure(what: string, printing: number) {
  const ticks: number[] = [];
  const lists: number[] = [];
  // Panes count as quiet once their last output is a second old.
  for (let settle = 0; settle < 8; settle += 1) {
    await service.refresh();
    await seat.user.run(["sleep", "0.3"]);
  }
  for (let round = 0; round < rounds; round += 1) {
    await Promise.all(terminals.slice(0, printing).map((terminal) => writeFile(terminal, screenful)));
    const first = round % 2 === 0;
    if (first) ticks.push(await timed(() => service.refresh()));
    lists.push(
      await timed(() => seat.user.run(["tmux", "-u", "-L", seat.socket, "-f", "/dev/null", "list-panes", "-a"])),
    );
    if (!first) ticks.push(await timed(() => service.refresh()));
  }
  const tick = median(ticks);
  const list = median(lists);
  return { what, tick, list, ratio: tick / list };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
