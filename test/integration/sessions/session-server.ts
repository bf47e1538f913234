import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { SessionStatus } from "../../../shared/entities/session.ts";
import { systemClock } from "../../../shared/clock.ts";
import type { Publication } from "../../../server/events/bus.ts";
import type { Logger } from "../../../server/log.ts";
import { SessionRepository } from "../../../server/sessions/repository.ts";
import { SessionService, type NewSession } from "../../../server/sessions/service.ts";
import { TmuxServers } from "../../../server/sessions/tmux-servers.ts";
import { Tools } from "../../../server/sessions/tools.ts";
import type { Database } from "../../../server/storage/database.ts";
import { openDatabase } from "../../../server/storage/migrations.ts";
import { migrations } from "../../../server/storage/schema.ts";
import { waitFor } from "../../support/wait.ts";
import type { TestSeat } from "../tmux/tmux-seat.ts";

export const project = { id: "7", tenantId: "t1", slug: "demo", name: "Demo" };
export const userId = "u1";

/** The sessions' part of a server on a real database; another one on the same seat is that server started again. */
export interface TestServer {
  service: SessionService;
  repository: SessionRepository;
  database: Database;
  events: Publication[];
  logged: string[];
  /** A new session of the person in their home. */
  create: (tool: string, more?: Partial<NewSession>) => ReturnType<SessionService["create"]>;
  whenStatus: (id: string, status: SessionStatus) => Promise<void>;
  /** Ends as a killed server does: nothing is said to tmux. */
  close: () => Promise<void>;
}

export function startServer(seat: TestSeat, { serverId = "server1", intervalMs = 50 } = {}): TestServer {
  const database = openDatabase(path.join(seat.home, "aiops.sqlite"), {
    migrations,
    clock: systemClock,
    backupDirectory: path.join(seat.home, "backups"),
  });
  const repository = new SessionRepository(database);
  const events: Publication[] = [];
  const logged: string[] = [];
  const service = new SessionService({
    repository,
    servers: new TmuxServers({ host: seat.host, socket: seat.socket, serverId, linuxUserOf: () => seat.user.name }),
    tools: new Tools({
      commands: [
        { name: "counter", label: "Counter", command: ["sh", "-c", 'echo "$0 $1"; exec cat', "one", "it's; two"] },
      ],
      clock: systemClock,
      nodeDirectory: path.dirname(process.execPath),
    }),
    events: { publish: (publication) => void events.push(publication) },
    clock: systemClock,
    log: collect(logged),
    inTree: (_record, start) => start(),
    intervalMs,
  });
  service.start();
  return {
    service,
    repository,
    database,
    events,
    logged,
    create: (tool, more = {}) =>
      service.create({ project, userId, tool, workspacePath: seat.home, branch: "main", ...more }),
    async whenStatus(id, status) {
      await waitFor(() => service.find(id)?.status === status, {
        what: `session ${id} to be ${status} (it is ${service.find(id)?.status ?? "forgotten"})`,
      });
    },
    async close() {
      await service.close();
      database.close();
    },
  };
}

function collect(into: string[]): Logger {
  const write = (_fields: unknown, message: string) => void into.push(message);
  return { debug: write, info: write, warn: write, error: write };
}

/** Installs the stand-in for Claude's CLI as a person would, below ~/.local/bin; answers a reader of what it was told. */
export async function installAgent(seat: TestSeat): Promise<() => Promise<string[]>> {
  const folder = path.join(seat.home, ".local/bin");
  const log = path.join(seat.home, "prompts");
  await mkdir(folder, { recursive: true });
  await writeFile(log, "");
  const program = path.join(folder, "claude");
  const source = new URL("fake-agent.ts", import.meta.url).pathname;
  const version = 'if [ "$1" = --version ]; then echo "9.8.7 (Stand-in)"; exit; fi';
  await writeFile(program, `#!/bin/sh\n${version}\nAGENT_LOG='${log}' exec '${process.execPath}' '${source}'\n`);
  await chmod(program, 0o755);
  return async () => {
    const lines = (await readFile(log, "utf8")).trimEnd().split("\n");
    return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as string);
  };
}
