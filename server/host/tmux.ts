import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "../../shared/errors.ts";
import { childEnvironment } from "./environment.ts";
import type { HostUser, RunOptions, RunResult } from "./host.ts";
import { processFacts } from "./process.ts";
import { endGroups, signal, terminalGroups } from "./terminal-processes.ts";
import { TmuxBatch, type BatchAnswer, type TmuxPane } from "./tmux-batch.ts";
import { defaultSize, tmuxOptions } from "./tmux-options.ts";
import { exactTarget, harmlessText, tmuxFormatWord, tmuxWord } from "./tmux-syntax.ts";

export interface TmuxConfig {
  /** The name for `tmux -L`: a tmux server of our own, apart from the person's. */
  socket: string;
  /** The mark of this aiops server: sessions without it are never touched. URL-safe. */
  serverId: string;
}

export interface NewTmuxSession {
  /** As tmux keeps it: without `.` and `:`. */
  name: string;
  sessionId: string;
  projectId: string;
  /** Absolute path of an existing folder. */
  cwd: string;
  /** Argument vector of what runs in it. */
  argv: readonly string[];
  /** Joined to the user's allow-listed environment. Goes through standard input, never through argv. */
  env: Readonly<Record<string, string>>;
}

/**
 * What is known of all sessions at one moment. `absent` is proof that no tmux server runs on our socket; `unknown`
 * means it could not be asked, and proves nothing.
 */
export type TmuxView =
  ({ state: "present" } & BatchAnswer) | ({ state: "absent" } & BatchAnswer) | { state: "unknown"; reason: string };

export type KnownView = Exclude<TmuxView, { state: "unknown" }>;

const settleAttempts = 20;
const settleMs = 50;
const historyBytes = 64 * 1024 * 1024;
const idPattern = /^[A-Za-z0-9_-]+$/;
const namePattern = /^[A-Za-z0-9_-][A-Za-z0-9_@+=-]*$/;

/** The tmux server of one Linux user that holds aiops' sessions. Sources of tmux's behaviour: tmux(1) and 3.3a. */
export class Tmux {
  readonly #user: HostUser;
  readonly #config: TmuxConfig;
  /** Process id of the tmux server, from the last answer. */
  #serverPid: number | undefined;
  /** Process ids of ended programs whose exit code tmux was asked to look for. */
  readonly #reminded = new Set<number>();

  constructor(user: HostUser, config: TmuxConfig) {
    if (!idPattern.test(config.socket) || !idPattern.test(config.serverId)) {
      throw new AppError("invalid_input", "The tmux socket and server id may hold letters, digits, - and _ only.");
    }
    this.#user = user;
    this.#config = config;
  }

  get socket(): string {
    return this.#config.socket;
  }

  /** Whether a session carries the mark of this aiops server. */
  isOurs(pane: TmuxPane): boolean {
    return pane.serverId === this.#config.serverId;
  }

  /**
   * The state of all sessions, ours and others', and the screens of `capture` (pane ids), in one tmux process.
   * @throws AppError `tmux_missing`
   */
  async poll(capture: readonly string[] = []): Promise<TmuxView> {
    const batch = new TmuxBatch(capture);
    const result = await this.#batch(batch.commands);
    const answer = batch.parse(result.stdout);
    if (!answer) return this.#unreached(result);
    this.#serverPid = answer.serverPid;
    await this.#collectEnded(answer);
    return { state: "present", ...answer };
  }

  /**
   * Starts a detached session that carries our mark from its first moment (one command list, so that no crash leaves
   * an unmarked one behind). Repeating it for the same `sessionId` answers the session that is there.
   * @throws AppError `workspace_missing`, `name_taken`, `tmux_missing`, `command_failed`
   */
  async create(session: NewTmuxSession): Promise<TmuxPane> {
    if (!namePattern.test(session.name) || !idPattern.test(session.sessionId) || !idPattern.test(session.projectId)) {
      throw new AppError("invalid_input", `${session.name} can't be the name of a tmux session.`);
    }
    const folder = await this.#user.files.stat(session.cwd);
    if (folder?.kind !== "directory") {
      const message = `The folder ${session.cwd} does not exist. Initialise the workspace, then start the session again.`;
      throw new AppError("workspace_missing", message, { data: { path: session.cwd } });
    }
    await this.#settled();
    const { home, name, shell } = this.#user;
    const own = { HOME: home, USER: name, LOGNAME: name, SHELL: shell, COLORTERM: "truecolor", ...session.env };
    const foreign = await this.#foreignVariables(own);
    const commands = [
      ...tmuxOptions,
      `set-option -g default-shell ${tmuxWord(shell)}`,
      ...foreign.map((name) => `set-environment -g -u ${tmuxWord(name)}`),
      this.#newSession(session, own),
    ];
    const { stderr } = await this.#batch(`${commands.join("\n")}\n`, ["start-server", ";"]);
    const made = await this.find(session.name);
    if (made?.sessionId === session.sessionId && this.isOurs(made)) return made;
    if (made) throw new AppError("name_taken", `A tmux session named ${session.name} is already there.`);
    throw new AppError("command_failed", `tmux could not start the session: ${stderr.trim() || "it gave no reason"}.`);
  }

  /**
   * One session by its exact name; null where it is proven absent.
   * @throws AppError `unavailable` where tmux can't be asked
   */
  async find(name: string): Promise<TmuxPane | null> {
    const view = answered(await this.poll());
    return view.panes.find((pane) => pane.session === name) ?? null;
  }

  /**
   * One session with its screen as a person would see it; null where it is proven absent. `known`, its pane as it was
   * found before, saves a question to tmux.
   * @throws AppError `unavailable` where tmux can't be asked
   */
  async screen(name: string, known?: TmuxPane): Promise<{ pane: TmuxPane; text: string } | null> {
    const found = known ?? (await this.find(name));
    if (!found) return null;
    const view = answered(await this.poll([found.pane]));
    const pane = view.panes.find((candidate) => candidate.session === name && candidate.pane === found.pane);
    const text = view.screens.get(found.pane);
    return pane && text !== undefined ? { pane, text } : null;
  }

  /** All that tmux kept of a pane's output, wrapped lines joined; null where the pane is gone. */
  async history(pane: TmuxPane): Promise<string | null> {
    const argv = ["capture-pane", "-p", "-J", "-S", "-", "-t", pane.pane];
    const result = await this.#tmux(argv, { maxOutputBytes: historyBytes });
    return result.exitCode === 0 ? result.stdout : null;
  }

  /**
   * Pastes text as one bracketed paste (where the program asks for that), control characters made visible. The text
   * goes through standard input. Leaves tmux's copy mode first, which would eat it. `text` is not empty.
   * @throws AppError `session_gone`
   */
  async paste(pane: TmuxPane, text: string): Promise<void> {
    const buffer = `aiops-${randomBytes(8).toString("hex")}`;
    const argv = [...leaveMode(pane), ";", "load-buffer", "-b", buffer, "-", ";", ...pasteBuffer(pane, buffer)];
    const result = await this.#tmux(argv, { input: harmlessText(text) });
    if (result.exitCode === 0) return;
    // The buffer would keep the text; where the server is gone, so is the buffer.
    await this.#tmux(["delete-buffer", "-b", buffer]);
    throw gone(pane.session, result);
  }

  /**
   * Keeps a prompt in tmux, beside its session, until `pasteHeld`: it outlives the aiops server, and not the session.
   * @throws AppError `session_gone`
   */
  async holdPrompt(pane: TmuxPane, text: string): Promise<void> {
    const load = ["load-buffer", "-b", heldBuffer(pane), "-"];
    const mark = ["set-option", "-t", exactTarget(pane.session), "@aiops_prompt", "held"];
    // The mark first: where the session is gone, no buffer is left.
    const result = await this.#tmux([...mark, ";", ...load], { input: harmlessText(text) });
    if (result.exitCode !== 0) throw gone(pane.session, result);
  }

  /**
   * Pastes the held prompt, and forgets it in the same command list: it is never pasted twice, whoever crashes.
   * @throws AppError `session_gone`
   */
  async pasteHeld(pane: TmuxPane): Promise<void> {
    const forget = ["set-option", "-u", "-t", exactTarget(pane.session), "@aiops_prompt"];
    const argv = [...leaveMode(pane), ";", ...forget, ";", ...pasteBuffer(pane, heldBuffer(pane))];
    const result = await this.#tmux(argv);
    if (result.exitCode !== 0) throw gone(pane.session, result);
  }

  /**
   * Presses keys, by tmux's names, as `Enter` or `C-c`.
   * @throws AppError `session_gone`
   */
  async press(pane: TmuxPane, ...keys: ("Enter" | "C-c" | "C-d" | "Escape")[]): Promise<void> {
    const result = await this.#tmux(["send-keys", "-t", pane.pane, ...keys]);
    if (result.exitCode !== 0) throw gone(pane.session, result);
  }

  /**
   * Ends a session that carries our mark and this `sessionId`; tmux itself compares them, so a session that took the
   * name meanwhile is left. What ran in it is ended too where the hang-up does not do it. False where it was not there.
   */
  async kill(name: string, sessionId: string): Promise<boolean> {
    const found = await this.find(name);
    if (found?.sessionId !== sessionId || !this.isOurs(found) || !idPattern.test(sessionId)) return false;
    const groups = terminalGroups(found.pid);
    const target = tmuxWord(exactTarget(name));
    const server = `#{==:#{@aiops_server},${this.#config.serverId}}`;
    const marked = `#{&&:${server},#{==:#{@aiops_session},${sessionId}}}`;
    await this.#batch(`if-shell -F -t ${target} '${marked}' { kill-session -t ${target} }\n`);
    const left = await this.#settled();
    if (left.panes.some((pane) => pane.session === name && pane.sessionId === sessionId)) {
      throw new AppError("command_failed", `tmux did not end the session ${name}. Attach to it and end it there.`);
    }
    await endGroups(this.#user, groups);
    return true;
  }

  /** One command list: the session, its marks, and nothing of it where the session could not be made. */
  #newSession(session: NewTmuxSession, env: Readonly<Record<string, string>>): string {
    const name = tmuxFormatWord(session.name);
    const target = tmuxWord(exactTarget(session.name));
    const size = `-x ${defaultSize.cols} -y ${defaultSize.rows}`;
    const variables = Object.entries(env).map(([key, value]) => `-e ${tmuxWord(`${key}=${value}`)}`);
    const start = ["new-session", "-d", "-s", name, size, "-c", tmuxFormatWord(session.cwd), ...variables];
    return [
      `${start.join(" ")} -- ${session.argv.map(tmuxWord).join(" ")}`,
      `set-option -t ${target} @aiops_server ${tmuxWord(this.#config.serverId)}`,
      `set-option -t ${target} @aiops_session ${tmuxWord(session.sessionId)}`,
      `set-option -t ${target} @aiops_project ${tmuxWord(session.projectId)}`,
      `set-option -F -t ${target} @aiops_pane '#{pane_id}'`,
    ].join(" ; ");
  }

  /**
   * Names in the tmux server's own environment that a session must not inherit: whoever started that server, its API
   * keys and the like do not get in.
   */
  async #foreignVariables(own: Readonly<Record<string, string>>): Promise<string[]> {
    const { stdout } = await this.#tmux(["show-environment", "-g"]);
    const allowed = childEnvironment(variables(stdout), this.#user, own);
    return Object.keys(variables(stdout)).filter((name) => !Object.hasOwn(allowed, name));
  }

  /** The view once a tmux server that is just ending (its socket goes before its process) has ended. */
  async #settled(): Promise<KnownView> {
    for (let attempt = 1; ; attempt += 1) {
      const view = await this.poll();
      if (view.state !== "unknown" || attempt === settleAttempts) return answered(view);
      await delay(settleMs);
    }
  }

  /**
   * tmux 3.3a misses the end of a child now and then, and so its exit code, until another ends: a SIGCHLD makes it look
   * again. Once for each pane, since older versions never know the code of what a signal ended.
   */
  async #collectEnded({ panes, serverPid }: BatchAnswer): Promise<void> {
    const missed = panes.filter((pane) => this.isOurs(pane) && pane.dead && pane.exitStatus === null);
    const fresh = missed.filter(({ pid }) => !this.#reminded.has(pid));
    for (const { pid } of fresh) this.#reminded.add(pid);
    if (fresh.length > 0) await signal(this.#user, "CHLD", serverPid);
  }

  #unreached(result: RunResult): TmuxView {
    const reason = result.stderr.trim() || `tmux ended with exit code ${result.exitCode}`;
    // ENOENT and ECONNREFUSED on the socket, as client.c words them.
    const nobodyListens = /^no server running on |^error connecting to .*\(No such file or directory\)$/mu.test(reason);
    if (!nobodyListens) return { state: "unknown", reason };
    const pid = this.#serverPid;
    if (pid !== undefined && processFacts(pid)?.name.startsWith("tmux") === true) {
      return { state: "unknown", reason: `tmux runs, but its socket is gone; kill -USR1 ${pid} makes it anew` };
    }
    return { state: "absent", at: 0, serverPid: 0, panes: [], screens: new Map() };
  }

  #base(): string[] {
    return ["tmux", "-u", "-L", this.#config.socket, "-f", "/dev/null"];
  }

  #tmux(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return this.#user.run([...this.#base(), ...argv], { check: false, timeoutMs: 10_000, ...options });
  }

  #batch(commands: string, before: readonly string[] = []): Promise<RunResult> {
    return this.#tmux([...before, "source-file", "-"], { input: commands, maxOutputBytes: historyBytes });
  }
}

function leaveMode({ pane }: TmuxPane): string[] {
  return ["if-shell", "-F", "-t", pane, "#{pane_in_mode}", `send-keys -t ${pane} -X cancel`];
}

function pasteBuffer({ pane }: TmuxPane, buffer: string): string[] {
  return ["paste-buffer", "-d", "-p", "-b", buffer, "-t", pane];
}

function heldBuffer({ sessionId }: TmuxPane): string {
  return `aiops-prompt-${sessionId}`;
}

/** @throws AppError `unavailable` where tmux could not be asked. */
export function answered(view: TmuxView): KnownView {
  if (view.state !== "unknown") return view;
  throw new AppError("unavailable", `tmux could not be asked about the sessions: ${view.reason}. Try again.`);
}

function gone(session: string, result: RunResult): AppError {
  const message = `The tmux session ${session} is gone. Resync the sessions to start it again.`;
  return new AppError("session_gone", message, { data: { stderr: result.stderr.trim() } });
}

/** Lines `NAME=value`; `-NAME` is one that tmux removes from what sessions get. */
function variables(listing: string): Record<string, string> {
  const entries = listing.split("\n").filter((line) => /^[A-Za-z_]\w*=/u.test(line));
  return Object.fromEntries(
    entries.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}
