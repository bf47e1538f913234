/** What can be seen of a session's pane at one moment. */
export interface Observation {
  /** The rendered screen, as `tmux capture-pane -p` prints it. */
  screen: string;
  /** The terminal title the program set. */
  title: string;
  /** The program ended; `exitStatus` is null where tmux does not know it. */
  dead: boolean;
  exitStatus: number | null;
  /** Whether the program we started is itself in the terminal's foreground, as a shell is while no command runs. */
  foreground: boolean;
  /** Milliseconds since the last output. */
  quietMs: number;
}

export type DetectedStatus = "starting" | "working" | "waiting" | "idle" | "exited" | "unknown";

export interface Detection {
  status: DetectedStatus;
  /** The evidence, most trusted first. */
  source: "title" | "screen" | "process" | "none";
  /** What the program asks, while it waits. */
  question: string | null;
}

/** Pure: reads one observation of one kind of program. */
export type Detector = (seen: Observation) => Detection;

export const unknown: Detection = { status: "unknown", source: "none", question: null };
export const starting: Detection = { status: "starting", source: "none", question: null };

export function found(status: DetectedStatus, source: Detection["source"], question: string | null = null): Detection {
  return { status, source, question };
}
