import { randomBytes } from "node:crypto";

/** What tmux knows about one pane. */
export interface TmuxPane {
  /** Name of the tmux session. */
  session: string;
  /** As `%3`; unique while that tmux server runs. */
  pane: string;
  /** The mark: which aiops server made the session, and for what; empty where it is not ours. */
  serverId: string;
  sessionId: string;
  projectId: string;
  /** A prompt waits in tmux until the tool can take it. */
  promptHeld: boolean;
  /** Process id of what was started in the pane, and of the tmux server. */
  pid: number;
  serverPid: number;
  /** Name of the program in the foreground. */
  command: string;
  title: string;
  dead: boolean;
  /** Exit code of a dead pane; 128 + the signal's number where a signal ended it. */
  exitStatus: number | null;
  /** Milliseconds since the epoch, whole seconds: the last output in the pane's window. */
  activityAt: number;
  cols: number;
  rows: number;
  cursor: { x: number; y: number };
}

export interface BatchAnswer {
  /** tmux's own clock when it answered, in milliseconds since the epoch, whole seconds. */
  at: number;
  panes: TmuxPane[];
  /** Text on the screen by pane; a pane that is gone is missing. */
  screens: Map<string, string>;
}

interface PaneRow extends TmuxPane {
  own: boolean;
  active: boolean;
}

/** tmux format variables in the order they are printed. */
const fields = [
  "session_name",
  "pane_id",
  "@aiops_server",
  "@aiops_session",
  "@aiops_project",
  "@aiops_pane",
  "@aiops_prompt",
  "pane_pid",
  "pid",
  "pane_current_command",
  "pane_dead",
  "pane_dead_status",
  "pane_dead_signal",
  "window_activity",
  "pane_width",
  "pane_height",
  "cursor_x",
  "cursor_y",
  "window_active",
  "pane_active",
  "pane_title",
];

/**
 * Commands for one `tmux source-file -`: a listing of all panes, and the screens of some. Everything printed stands
 * between marks of 128 random bits that only this batch knows (it goes through standard input, not argv), so no text
 * on a screen, in a title or in an option can be taken for one.
 */
export class TmuxBatch {
  readonly #mark = randomBytes(16).toString("hex");
  readonly #captured: readonly string[];

  /** `capture`: panes (`%3`) whose screen is wanted. */
  constructor(capture: readonly string[] = []) {
    this.#captured = capture;
  }

  /** What goes to standard input; tmux goes on past a pane that is gone, but not past a word it can't parse. */
  get commands(): string {
    const row = fields.map((field) => `#{${field}}`).join(`${this.#mark},`);
    const lines = [`list-panes -a -F '${this.#mark}<${row}${this.#mark}>'`];
    for (const [index, pane] of this.#captured.entries()) {
      lines.push(`display-message -p '${this.#mark}[${index}]'`, `capture-pane -p -t '${pane}'`);
    }
    // display-message expands %s as strftime(3) does; list-panes does not, so a title with % stays as it is.
    lines.push(`display-message -p '${this.#mark}.%s'`);
    return `${lines.join("\n")}\n`;
  }

  /** Reads what tmux printed; null where it did not come to its end. */
  parse(stdout: string): BatchAnswer | null {
    const end = stdout.lastIndexOf(`${this.#mark}.`);
    if (end === -1) return null;
    const screens = new Map<string, string>();
    const [listing = "", ...captures] = stdout.slice(0, end).split(`${this.#mark}[`);
    for (const capture of captures) {
      const close = capture.indexOf("]\n");
      const pane = this.#captured[Number(capture.slice(0, close))];
      const text = capture.slice(close + 2);
      // A pane that is there prints at least one line end.
      if (pane !== undefined && text !== "") screens.set(pane, text);
    }
    const at = Number(stdout.slice(end + this.#mark.length + 1)) * 1000;
    return { at, panes: this.#panes(listing), screens };
  }

  /** One pane per session: the one we started, or the active one where a person closed that. */
  #panes(listing: string): TmuxPane[] {
    const bySession = new Map<string, PaneRow>();
    for (const part of listing.split(`${this.#mark}<`).slice(1)) {
      const row = paneRow(part.slice(0, part.indexOf(`${this.#mark}>`)).split(`${this.#mark},`));
      const known = bySession.get(row.session);
      if (!known || row.own || (!known.own && row.active)) bySession.set(row.session, row);
    }
    return [...bySession.values()].map(({ own: _own, active: _active, ...pane }) => pane);
  }
}

function paneRow(values: readonly string[]): PaneRow {
  const text = (name: string) => values[fields.indexOf(name)] ?? "";
  const number = (name: string) => Number(text(name));
  const dead = text("pane_dead") === "1";
  return {
    session: text("session_name"),
    pane: text("pane_id"),
    serverId: text("@aiops_server"),
    sessionId: text("@aiops_session"),
    projectId: text("@aiops_project"),
    promptHeld: text("@aiops_prompt") !== "",
    pid: number("pane_pid"),
    serverPid: number("pid"),
    command: text("pane_current_command"),
    title: text("pane_title").trim(),
    dead,
    exitStatus: dead ? exitStatus(text("pane_dead_status"), text("pane_dead_signal")) : null,
    activityAt: number("window_activity") * 1000,
    cols: number("pane_width"),
    rows: number("pane_height"),
    cursor: { x: number("cursor_x"), y: number("cursor_y") },
    own: text("@aiops_pane") === text("pane_id"),
    active: text("window_active") === "1" && text("pane_active") === "1",
  };
}

/** tmux before 3.3 has no `pane_dead_signal`: a death by signal is then null, as is anything not known. */
function exitStatus(status: string, signal: string): number | null {
  if (status !== "") return Number(status);
  return signal === "" ? null : 128 + Number(signal);
}
