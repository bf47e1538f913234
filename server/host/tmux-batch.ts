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
  /** Process id of what was started in the pane. */
  pid: number;
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
  /** Process id of the tmux server. */
  serverPid: number;
  panes: TmuxPane[];
  /** Text on the screen by pane; a pane that is gone is missing. */
  screens: Map<string, string>;
}

interface PaneRow {
  pane: TmuxPane;
  /** It is the one we started, and not one that a person split off. */
  own: boolean;
}

/** tmux format variables that are numbers, or empty. */
const numbers = [
  "pane_pid",
  "pane_dead",
  "pane_dead_status",
  "pane_dead_signal",
  "window_activity",
  "pane_width",
  "pane_height",
  "cursor_x",
  "cursor_y",
] as const;

/** Those that can be any text. */
const texts = [
  "session_name",
  "pane_id",
  "@aiops_server",
  "@aiops_session",
  "@aiops_project",
  "@aiops_pane",
  "@aiops_prompt",
  "pane_title",
] as const;

/**
 * Commands for one `tmux source-file -`: a listing of all panes, and the screens of some. The listing's texts stand
 * between marks of 64 random bits that only this batch knows (it goes through standard input, not argv), so no title
 * or option can be taken for one. A screen is exactly as many lines as its pane is high; that they are followed by the
 * last mark proves the count.
 */
export class TmuxBatch {
  readonly #mark = randomBytes(8).toString("hex");
  readonly #captured: readonly string[];

  /** `capture`: panes (`%3`) whose screen is wanted. */
  constructor(capture: readonly string[] = []) {
    this.#captured = capture;
  }

  /** What goes to standard input; tmux goes on past a pane that is gone, but not past a word it can't parse. */
  get commands(): string {
    const row = [numbers.map((name) => `#{${name}}`).join(","), ...texts.map((name) => `#{${name}}`)];
    const lines = [
      `list-panes -a -F '${this.#mark}<${row.join(this.#mark)}${this.#mark}>'`,
      `display-message -p '${this.#mark}|'`,
      ...this.#captured.map((pane) => `capture-pane -p -t '${pane}'`),
      // display-message expands %s as strftime(3) does; list-panes does not, so a title with % stays as it is.
      `display-message -p '${this.#mark}.%s #{pid}'`,
    ];
    return `${lines.join("\n")}\n`;
  }

  /** Reads what tmux printed; null where it did not come to its end, or its parts do not fit. */
  parse(stdout: string): BatchAnswer | null {
    const screensAt = stdout.lastIndexOf(`${this.#mark}|\n`);
    const end = stdout.lastIndexOf(`${this.#mark}.`);
    if (screensAt === -1 || end < screensAt) return null;
    const rows = stdout
      .slice(0, screensAt)
      .split(`${this.#mark}<`)
      .slice(1)
      .map((part) => paneRow(part.slice(0, part.indexOf(`${this.#mark}>`)).split(this.#mark)));
    const screens = this.#screens(stdout.slice(screensAt + this.#mark.length + 2, end), rows);
    if (screens === null) return null;
    const [at, serverPid] = stdout.slice(end + this.#mark.length + 1).split(" ");
    return { at: Number(at) * 1000, serverPid: Number(serverPid), panes: onePerSession(rows), screens };
  }

  #screens(text: string, rows: readonly PaneRow[]): Map<string, string> | null {
    const heights = new Map(rows.map(({ pane }) => [pane.pane, pane.rows]));
    const screens = new Map<string, string>();
    let from = 0;
    for (const pane of this.#captured) {
      const height = heights.get(pane);
      // A pane that is gone printed nothing.
      if (height === undefined) continue;
      const start = from;
      for (let line = 0; line < height; line += 1) {
        from = text.indexOf("\n", from) + 1;
        if (from === 0) return null;
      }
      screens.set(pane, text.slice(start, from));
    }
    return from === text.length ? screens : null;
  }
}

/** The pane we started, or the first one where a person closed that. */
function onePerSession(rows: readonly PaneRow[]): TmuxPane[] {
  const bySession = new Map<string, TmuxPane>();
  for (const { pane, own } of rows) if (own || !bySession.has(pane.session)) bySession.set(pane.session, pane);
  return [...bySession.values()];
}

function paneRow([counted = "", ...words]: readonly string[]): PaneRow {
  const counts = counted.split(",");
  const raw = (name: (typeof numbers)[number]) => counts[numbers.indexOf(name)] ?? "";
  const number = (name: (typeof numbers)[number]) => Number(raw(name));
  const text = (name: (typeof texts)[number]) => words[texts.indexOf(name)] ?? "";
  const dead = raw("pane_dead") === "1";
  const pane = {
    session: text("session_name"),
    pane: text("pane_id"),
    serverId: text("@aiops_server"),
    sessionId: text("@aiops_session"),
    projectId: text("@aiops_project"),
    promptHeld: text("@aiops_prompt") !== "",
    pid: number("pane_pid"),
    title: text("pane_title").trim(),
    dead,
    exitStatus: dead ? exitStatus(raw("pane_dead_status"), raw("pane_dead_signal")) : null,
    activityAt: number("window_activity") * 1000,
    cols: number("pane_width"),
    rows: number("pane_height"),
    cursor: { x: number("cursor_x"), y: number("cursor_y") },
  };
  return { pane, own: text("@aiops_pane") === pane.pane };
}

/** tmux before 3.3 has no `pane_dead_signal`: a death by signal is then null, as is anything not known. */
function exitStatus(status: string, signal: string): number | null {
  if (status !== "") return Number(status);
  return signal === "" ? null : 128 + Number(signal);
}
