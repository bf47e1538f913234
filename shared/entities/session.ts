import * as z from "zod";
import { base, id, timestamp } from "./common.ts";

export const sessionStatus = z.enum(["starting", "working", "waiting", "idle", "exited", "lost", "unknown"]);

/** codex, gemini, claude, shell, or the name of an allow-listed command. */
export const toolName = z
  .string()
  .max(40)
  .regex(/^[a-z][a-z0-9-]*$/, "must be a tool's name, as codex");

export const session = z.object({
  ...base,
  tenantId: id,
  projectId: id,
  userId: id,
  issueId: id.nullable(),
  tool: toolName,
  title: z.string(),
  status: sessionStatus,
  /** Where the status comes from, most trusted first. */
  statusSource: z.enum(["hook", "title", "screen", "process", "none"]),
  statusSince: timestamp,
  /** What the tool asks, while it waits. */
  question: z.string().nullable(),
  tmuxSession: z.string(),
  /** The name for `tmux -L`. */
  tmuxSocket: z.string(),
  workspacePath: z.string(),
  branch: z.string().nullable(),
  lastActivityAt: timestamp,
});

export const screen = z.object({
  text: z.string(),
  cols: z.int(),
  rows: z.int(),
  cursor: z.object({ x: z.int(), y: z.int() }),
});

export const resyncResult = z.object({
  recreated: z.array(id),
  pruned: z.array(z.string()),
  lost: z.array(id),
  unknown: z.array(id),
});

export const tool = z.object({
  name: toolName,
  label: z.string(),
  available: z.boolean(),
  /** Absolute path of the program; null while it is missing. */
  path: z.string().nullable(),
  version: z.string().nullable(),
  /** How to install it, for people; null where nothing is missing. */
  installHint: z.string().nullable(),
});

export type Session = z.infer<typeof session>;
export type SessionStatus = z.infer<typeof sessionStatus>;
export type Screen = z.infer<typeof screen>;
export type ResyncResult = z.infer<typeof resyncResult>;
export type Tool = z.infer<typeof tool>;
