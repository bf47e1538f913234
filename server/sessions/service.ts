import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../shared/clock.ts";
import type { Page } from "../../shared/entities/common.ts";
import type { ResyncResult, Screen, Session, Tool } from "../../shared/entities/session.ts";
import { AppError } from "../../shared/errors.ts";
import { attachCommand } from "../../shared/rules/attach.ts";
import { sessionName } from "../../shared/rules/names.ts";
import type { EventBus } from "../events/bus.ts";
import type { TmuxPane } from "../host/tmux-batch.ts";
import { newId } from "../ids.ts";
import type { Logger } from "../log.ts";
import { submit } from "./input.ts";
import { SessionMonitor } from "./monitor.ts";
import type { SessionFilter, SessionRepository } from "./repository.ts";
import { resync } from "./resync.ts";
import { Serial } from "../serial.ts";
import { isLive, withStatus } from "./state.ts";
import type { TmuxSeat, TmuxServers } from "./tmux-servers.ts";
import type { Tools } from "./tools.ts";

export interface SessionServiceOptions {
  repository: SessionRepository;
  servers: TmuxServers;
  tools: Tools;
  events: Pick<EventBus, "publish">;
  clock: Clock;
  log: Logger;
  /**
   * Runs the start of a session that tmux lost, while nobody else may take its working tree.
   * @throws AppError where the tree is gone, or other work has it by now
   */
  inTree: (record: Session, start: () => Promise<void>) => Promise<void>;
  /** Milliseconds between two looks at the sessions; 1,000 unless told. */
  intervalMs?: number;
}

export interface NewSession {
  project: { id: string; tenantId: string; slug: string; name: string };
  userId: string;
  issue?: { id: string; key: string; title: string } | undefined;
  tool: string;
  /** Absolute path of the working tree it starts in. */
  workspacePath: string;
  branch: string | null;
  /** Given to the tool as soon as that is ready for it. */
  prompt?: string | undefined;
  /** Joined to the session's environment; may hold secrets (it is in no argv). */
  environment?: Readonly<Record<string, string>> | undefined;
}

const titleLength = 200;
/** How long a tool may take to end by itself before its terminal is closed. */
const stopMs = 1_000;
const stopLookMs = 50;

/** AI tools and shells in tmux: the records here, the processes there, and the agreement of the two. */
export class SessionService {
  readonly #options: SessionServiceOptions;
  readonly #monitor: SessionMonitor;
  /** One thing at a time is done to a session. */
  readonly #serial = new Serial();

  constructor(options: SessionServiceOptions) {
    this.#options = options;
    const { repository, servers, clock, log, intervalMs } = options;
    this.#monitor = new SessionMonitor({
      repository,
      servers,
      clock,
      log,
      ...(intervalMs === undefined ? {} : { intervalMs }),
      isBusy: (id) => this.#serial.isBusy(id),
      onChange: (changed) => {
        for (const record of changed) this.#publish(record, "changed");
      },
      onReady: (record) => void this.#deliver(record),
    });
  }

  /** Takes up the sessions that an earlier server left running. Called once, when the server has started. */
  start(): void {
    this.#monitor.wake();
  }

  /** Stops watching. The sessions go on. */
  async close(): Promise<void> {
    await this.#monitor.stop();
  }

  /** One look at all sessions now. */
  refresh(): Promise<void> {
    return this.#monitor.tick();
  }

  /** The sessions that run, by what was seen last. */
  live(): Session[] {
    return this.#options.repository.all().filter(isLive);
  }

  /** The sessions that tmux has lost. */
  lost(): Session[] {
    return this.#options.repository.all().filter(({ status }) => status === "lost");
  }

  /** Newest first. */
  list(filter: SessionFilter, page: { limit: number; cursor?: string | undefined }): Page<Session> {
    return this.#options.repository.page(filter, page);
  }

  find(id: string): Session | undefined {
    return this.#options.repository.find(id);
  }

  /** @throws AppError `not_found` */
  get(id: string): Session {
    const record = this.find(id);
    if (!record) throw new AppError("not_found", "There is no such session.");
    return record;
  }

  /** The tools a person can start, with what is installed. */
  async tools(userId: string): Promise<Tool[]> {
    const { user } = await this.#options.servers.of(userId);
    return this.#options.tools.list(user);
  }

  /**
   * Starts a tool. The record is stored before tmux is asked, and the tmux session carries its id: whatever is killed
   * in between, `resync` can tell what belongs to what. Where it fails, nothing is left.
   * @throws AppError `invalid_input`, `tool_missing`, `tmux_missing`, `workspace_missing`, `command_failed`
   */
  async create(wanted: NewSession): Promise<Session> {
    const { repository, servers, tools } = this.#options;
    const seat = await servers.of(wanted.userId);
    const argv = await tools.launch(seat.user, wanted.tool);
    const record = this.#newRecord(wanted);
    await this.#serial.run(record.id, async () => {
      repository.insert(record);
      try {
        const pane = await startTmuxSession(seat, record, argv, wanted.environment);
        if (wanted.prompt !== undefined && wanted.prompt.trim() !== "") {
          await seat.tmux.holdPrompt(pane, withoutLineEnds(wanted.prompt));
        }
      } catch (error) {
        await seat.tmux.kill(record.tmuxSession, record.id).catch((left: unknown) => {
          // The reason it failed is what the caller needs; what is left in tmux is pruned by a resync.
          this.#options.log.warn(
            { err: left, sessionId: record.id },
            "a session that failed to start could not be ended",
          );
        });
        repository.delete(record.id);
        throw error;
      }
    });
    this.#publish(record, "created");
    this.#monitor.wake();
    return record;
  }

  /**
   * Pastes text into the session, and presses Enter and sees that it was taken, unless `press` is false. Empty text is
   * Enter alone.
   * @throws AppError `session_gone`, `conflict` where the tool began to ask, `unavailable`
   */
  input(id: string, text: string, press = true): Promise<Session> {
    return this.#serial.run(id, async () => {
      const { tmux } = await this.#seat(this.get(id));
      const pane = await this.#livePane(id);
      const pasted = press ? withoutLineEnds(text) : text;
      const put = pasted === "" ? null : (to: TmuxPane) => tmux.paste(to, pasted);
      if (press) await submit(tmux, this.get(id), put);
      else await put?.(pane);
      return this.#entered(id);
    });
  }

  /**
   * Gives a running tool another task: at once, or as soon as it is ready where it is just starting.
   * @throws AppError `session_gone`, `unavailable`; `conflict` where the tool waits for an answer, which a task is not,
   * or its first prompt still waits
   */
  prompt(id: string, text: string): Promise<Session> {
    return this.#serial.run(id, async () => {
      const record = this.get(id);
      const { tmux } = await this.#seat(record);
      const pane = await this.#livePane(id);
      if (pane.promptHeld) {
        const message = `${record.tool} has not taken its first prompt yet. Send this one again when it has.`;
        throw new AppError("conflict", message);
      }
      const prompt = withoutLineEnds(text);
      if (record.status === "starting") {
        await tmux.holdPrompt(pane, prompt);
        return record;
      }
      await submit(tmux, record, (to) => tmux.paste(to, prompt), false);
      return this.#entered(id);
    });
  }

  /** @throws AppError `session_gone`, `unavailable` */
  async screen(id: string): Promise<Screen> {
    const record = this.get(id);
    const { tmux } = await this.#seat(record);
    const seen = await tmux.screen(record.tmuxSession);
    if (seen?.pane.sessionId !== id) throw gone(record);
    const { cols, rows, cursor } = seen.pane;
    return { text: seen.text, cols, rows, cursor };
  }

  /** All that tmux keeps of the session's output. @throws AppError `session_gone`, `unavailable` */
  async transcript(id: string): Promise<string> {
    const record = this.get(id);
    const { tmux } = await this.#seat(record);
    const pane = await tmux.find(record.tmuxSession);
    const text = pane?.sessionId === id ? await tmux.history(pane) : null;
    if (text === null) throw gone(record);
    return `${text.trimEnd()}\n`;
  }

  /** Argument vector that attaches a terminal of the same Linux user. */
  attachCommand(id: string): string[] {
    return attachCommand(this.get(id));
  }

  /**
   * Asks the tool to end, closes its terminal and forgets the session.
   * @throws AppError `unavailable` where tmux can't be asked: the session is kept then
   */
  stop(id: string): Promise<void> {
    return this.#serial.run(id, async () => {
      const record = this.get(id);
      const { tmux } = await this.#seat(record);
      const pane = await tmux.find(record.tmuxSession);
      if (pane?.sessionId === id && tmux.isOurs(pane)) {
        // Should the server be killed from here on, the record says that nothing is to be recreated.
        this.#save(withStatus(record, "exited", "none", this.#now()));
        if (!pane.dead) await this.#askToEnd(record, pane);
        await tmux.kill(record.tmuxSession, id);
      }
      this.#options.repository.delete(id);
      this.#publish(record, "deleted");
    });
  }

  /** Forgets a session that tmux has lost; one that was started again meanwhile stays. */
  forgetLost(id: string): Promise<void> {
    return this.#serial.run(id, () => {
      const record = this.find(id);
      if (record?.status === "lost") {
        this.#options.repository.delete(id);
        this.#publish(record, "deleted");
      }
      return Promise.resolve();
    });
  }

  /**
   * Brings records and tmux into agreement: starts what tmux lost (without its prompt) where its working tree is as it
   * left it, ends what carries this server's mark and has no record. Where tmux can't be asked, nothing is done.
   * @param people whose tmux servers are searched for what has no record, besides those of people with records
   */
  async resync(people: readonly string[]): Promise<ResyncResult> {
    const { repository, servers, tools, log, inTree } = this.#options;
    const result = await resync({
      repository,
      servers,
      people,
      log,
      exclusive: (id, work) => this.#serial.run(id, work),
      restart: async (record, seat) => {
        const argv = await tools.launch(seat.user, record.tool);
        await inTree(record, async () => void (await startTmuxSession(seat, record, argv)));
      },
      mark: (record, status) => void this.#save(withStatus(record, status, "none", this.#now())),
    });
    this.#monitor.wake();
    return result;
  }

  /** Gives a tool that has become ready the prompt it was started with; the monitor leaves it alone meanwhile. */
  async #deliver(record: Session): Promise<void> {
    try {
      await this.#serial.run(record.id, async () => {
        const { tmux } = await this.#seat(record);
        await submit(tmux, record, (pane) => tmux.pasteHeld(pane));
        this.#entered(record.id);
      });
    } catch (error) {
      // Nobody waits for it: the session's screen shows how far it came.
      this.#options.log.error({ err: error, sessionId: record.id }, "the first prompt was not taken");
    }
  }

  async #askToEnd(record: Session, pane: TmuxPane): Promise<void> {
    const { tmux } = await this.#seat(record);
    // Twice C-c ends the AI tools; C-d a shell, once C-c has ended what runs in it.
    await tmux.press(pane, "C-c", record.tool === "shell" ? "C-d" : "C-c");
    for (let waited = 0; waited < stopMs; waited += stopLookMs) {
      const now = await tmux.find(record.tmuxSession);
      if (!now || now.dead) return;
      await delay(stopLookMs);
    }
  }

  /** Waiting ends when somebody answers, before the screen shows it. */
  #entered(id: string): Session {
    const record = this.get(id);
    const now = this.#now();
    const next = record.status === "waiting" ? withStatus(record, "working", "none", now) : record;
    return this.#save({ ...next, lastActivityAt: now });
  }

  async #livePane(id: string): Promise<TmuxPane> {
    const record = this.get(id);
    const { tmux } = await this.#seat(record);
    const pane = await tmux.find(record.tmuxSession);
    if (pane?.sessionId !== id || pane.dead) throw gone(record, pane?.exitStatus);
    return pane;
  }

  #seat({ userId }: Session): Promise<TmuxSeat> {
    return this.#options.servers.of(userId);
  }

  #save(record: Session): Session {
    const saved = { ...record, version: record.version + 1, updatedAt: this.#now() };
    if (this.#options.repository.update(saved)) this.#publish(saved, "changed");
    return saved;
  }

  #newRecord({ project, issue, userId, tool, workspacePath, branch }: NewSession): Session {
    const id = newId();
    const now = this.#now();
    const unique = id.slice(0, 6);
    const parts = { projectSlug: project.slug, tool, unique, projectId: project.id };
    return {
      id,
      version: 1,
      createdAt: now,
      updatedAt: now,
      tenantId: project.tenantId,
      projectId: project.id,
      userId,
      issueId: issue?.id ?? null,
      tool,
      title: (issue ? `${issue.key} ${issue.title}` : project.name).replaceAll(/\p{Cc}+/gu, " ").slice(0, titleLength),
      status: "starting",
      statusSource: "none",
      statusSince: now,
      question: null,
      tmuxSession: sessionName(issue ? { ...parts, issueKey: issue.key } : parts),
      tmuxSocket: this.#options.servers.socket,
      workspacePath,
      branch,
      lastActivityAt: now,
    };
  }

  #now(): string {
    return new Date(this.#options.clock.now()).toISOString();
  }

  #publish(record: Session, change: "created" | "changed" | "deleted"): void {
    const { id, tenantId, userId } = record;
    this.#options.events.publish({ entity: "session", change, id, tenantId, ownerId: userId, data: record });
  }
}

function startTmuxSession(
  { tmux }: TmuxSeat,
  record: Session,
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<TmuxPane> {
  const { id, projectId, tmuxSession: name, workspacePath: cwd } = record;
  return tmux.create({ name, sessionId: id, projectId, cwd, argv, env: { ...environment, AIOPS_SESSION_ID: id } });
}

/** Enter is pressed apart; a line end at the end would be a second one to a program without bracketed paste. */
function withoutLineEnds(text: string): string {
  return text.replace(/[\r\n]+$/u, "");
}

function gone(record: Session, exitStatus: number | null = null): AppError {
  const how = exitStatus === null ? "is gone" : `has ended with exit code ${exitStatus}`;
  const message = `The session ${record.tmuxSession} ${how}. Start a new one, or resync the sessions.`;
  return new AppError("session_gone", message, { data: { exitStatus } });
}
