import { type DestinationStream, pino } from "pino";

/**
 * The fields that may appear in the log. Each is `public` (safe to show anybody) or `sensitive` (personal or local:
 * kept, but never sent off this host). Anything not listed is dropped: a secret can't be logged by oversight.
 */
export const logFields = {
  err: "sensitive",
  code: "public",
  path: "sensitive",
  method: "public",
  status: "public",
  durationMs: "public",
  requestId: "public",
  operation: "public",
  userId: "sensitive",
  tenantId: "public",
  projectId: "public",
  sessionId: "sensitive",
  jobId: "public",
  outboxId: "public",
  kind: "public",
  step: "public",
  count: "public",
  port: "public",
  pid: "public",
  version: "public",
  dataDir: "sensitive",
  signal: "public",
  reason: "sensitive",
} as const satisfies Record<string, "public" | "sensitive">;

export type LogField = keyof typeof logFields;
export type LogFields = Partial<Record<LogField, unknown>>;

type Write = (fields: LogFields, message: string) => void;

/** What the server's parts write to. Fields are a closed list: see {@link logFields}. */
export interface Logger {
  debug: Write;
  info: Write;
  warn: Write;
  error: Write;
}

/**
 * Structured logs as JSON lines.
 * @param destination standard error unless told: standard output carries the one line that scripts read
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const log = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination ?? pino.destination({ fd: 2, sync: true }),
  );
  const write =
    (name: "debug" | "info" | "warn" | "error"): Write =>
    (fields, message) =>
      log[name](classed(fields), message);
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

function classed(fields: LogFields): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (!Object.hasOwn(logFields, name)) continue;
    kept[name] = value instanceof Error ? describeError(value) : value;
  }
  return kept;
}

/** Name, code, message and stack of an error and its causes; no other member, which might hold a request with its headers. */
function describeError(error: Error, depth = 0): Record<string, unknown> {
  return {
    name: error.name,
    message: error.message,
    ...("code" in error ? { code: error.code } : {}),
    stack: error.stack,
    ...(error.cause instanceof Error && depth < 4 ? { cause: describeError(error.cause, depth + 1) } : {}),
  };
}
