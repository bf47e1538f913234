import type { ResyncResult, Session } from "../../shared/entities/session.ts";
import { AppError } from "../../shared/errors.ts";
import type { TmuxPane } from "../host/tmux-batch.ts";
import type { Logger } from "../log.ts";
import type { SessionRepository } from "./repository.ts";
import type { TmuxSeat, TmuxServers } from "./tmux-servers.ts";

export interface ResyncOptions {
  repository: SessionRepository;
  servers: TmuxServers;
  /** Whose tmux servers are searched for orphans, besides those of people with records. */
  people: readonly string[];
  log: Logger;
  /** Runs work while nothing else is done to that session. */
  exclusive: <T>(sessionId: string, work: () => Promise<T>) => Promise<T>;
  /** Starts the tool of a record anew, without any prompt. @throws AppError where its working tree is not its own now */
  restart: (record: Session, seat: TmuxSeat) => Promise<void>;
  /** Stores that a record's session was started again, or is lost. */
  mark: (record: Session, status: "starting" | "lost") => void;
}

/**
 * Compares records and tmux, both ways. Each session is asked for again while nothing else happens to it, so one that
 * is just being created or stopped is not mistaken; only what tmux proves absent is recreated or called lost.
 */
export async function resync(options: ResyncOptions): Promise<ResyncResult> {
  const { repository, servers, people, exclusive, log } = options;
  const result: ResyncResult = { recreated: [], pruned: [], lost: [], unknown: [] };
  const records = repository.all();
  for (const { id } of records) await exclusive(id, () => restore(id, options, result));
  const { seats, unreached } = await servers.all([...people, ...records.map(({ userId }) => userId)]);
  for (const { userId, reason } of unreached)
    log.warn({ userId, reason }, "a person's sessions could not be looked at");
  for (const { tmux } of seats.keys()) {
    const view = await tmux.poll();
    if (view.state === "unknown") continue;
    for (const pane of view.panes.filter((candidate) => tmux.isOurs(candidate) && bearsProject(candidate))) {
      const pruned = await exclusive(pane.sessionId, async () => {
        return repository.find(pane.sessionId) === undefined && tmux.kill(pane.session, pane.sessionId);
      });
      if (pruned) result.pruned.push(pane.session);
    }
  }
  return result;
}

async function restore(id: string, { repository, servers, log, restart, mark }: ResyncOptions, result: ResyncResult) {
  const record = repository.find(id);
  // A session that ended by itself, or was being stopped, is not started again.
  if (!record || record.status === "exited") return;
  const { seats } = await servers.all([record.userId]);
  const [seat] = seats.keys();
  const view = await seat?.tmux.poll();
  if (seat === undefined || view === undefined || view.state === "unknown") {
    result.unknown.push(id);
    return;
  }
  const pane = view.panes.find(({ session }) => session === record.tmuxSession);
  if (pane && pane.sessionId === id && seat.tmux.isOurs(pane)) return;
  try {
    await restart(record, seat);
    mark(record, "starting");
    result.recreated.push(id);
  } catch (error) {
    // Its tree or tool is gone, or another has its tree or name: the others go on, and the answer names this one.
    if (!(error instanceof AppError)) throw error;
    log.warn({ err: error, sessionId: id }, "a session could not be started again");
    mark(record, "lost");
    result.lost.push(id);
  }
}

/** Names end in `-p<project id>`: a second sign, besides the mark, that it is a session of ours. */
function bearsProject({ session, projectId }: TmuxPane): boolean {
  return projectId !== "" && session.endsWith(`-p${projectId}`);
}
