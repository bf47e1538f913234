import { AppError, errorMessage, isErrorCode, type FieldError } from "../../../shared/errors.ts";
import type { HostProgress } from "../progress.ts";

/** What server and helper say to each other, in frames on the helper's standard input and output. */

/** Goes up with every change that an older helper or server would not understand. */
export const protocolVersion = 1;

/** Bytes of one message to the helper. */
export const maxRequestBytes = 32 * 1024 * 1024;
/** Bytes of one message from the helper: tmux keeps histories of up to 64 MiB. */
export const maxAnswerBytes = 128 * 1024 * 1024;
/** Calls a helper works on at the same time; further ones are refused. */
export const maxCallsInFlight = 256;

/** Exit codes, of sysexits.h: the helper refuses to run as it stands (EX_CONFIG); its input made no sense (EX_DATAERR). */
export const exitRefused = 78;
export const exitBadInput = 65;

export type ToHelper =
  | { type: "hello"; protocol: number; idleMs: number }
  | { type: "call"; id: number; verb: string; args: unknown[]; progress?: boolean }
  | { type: "cancel"; id: number };

/** What the helper says of itself; all of it from the system, nothing from the server. */
export interface HelperIdentity {
  name: string;
  uid: number;
  gid: number;
  /** All group ids, as they were when it was started: Linux reads them then and never again. */
  groups: number[];
  home: string;
  shell: string;
  pid: number;
}

export type FromHelper =
  | ({ type: "ready"; protocol: number } & HelperIdentity)
  | { type: "result"; id: number; value?: unknown }
  | { type: "error"; id: number; error: WireError }
  | { type: "progress"; id: number; progress: HostProgress }
  /** It ends, because nobody asked anything for a while; a call it has not answered by then was not begun. */
  | { type: "bye" };

export interface WireError {
  code: string;
  message: string;
  errors?: FieldError[];
  data?: Record<string, unknown>;
}

/** An error as it crosses the pipe: code, sentence and data of a typed one, the message alone of any other. */
export function toWire(error: unknown): WireError {
  if (!(error instanceof AppError)) return { code: "internal", message: `The helper failed: ${errorMessage(error)}` };
  const { code, message, errors, data } = error;
  return { code, message, ...(errors.length === 0 ? {} : { errors }), data };
}

/** The typed error on the server's side. */
export function fromWire({ code, message, errors, data }: WireError): AppError {
  return new AppError(isErrorCode(code) ? code : "internal", message, {
    ...(errors === undefined ? {} : { errors }),
    ...(data === undefined ? {} : { data }),
  });
}
