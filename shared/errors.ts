/**
 * The closed list of error codes with the HTTP status each is answered with (RFC 9457 `status`).
 * A client may branch on the code; the sentence in `detail` is for people.
 */
export const errorStatus = {
  invalid_input: 400,
  policy_unavailable: 400,
  unauthenticated: 401,
  forbidden: 403,
  step_up_required: 403,
  host_not_allowed: 403,
  origin_not_allowed: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  stale_version: 409,
  name_taken: 409,
  dirty_tree: 409,
  merge_conflict: 409,
  unsafe_path: 409,
  workspace_missing: 409,
  tool_missing: 409,
  tmux_missing: 409,
  git_failed: 409,
  command_failed: 409,
  session_gone: 409,
  host_key_changed: 409,
  data_directory_in_use: 409,
  payload_too_large: 413,
  too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  cancelled: 499,
  internal: 500,
  provider_unauthorized: 502,
  provider_forbidden: 502,
  provider_not_found: 502,
  provider_rate_limited: 502,
  provider_failed: 502,
  unavailable: 503,
  timeout: 504,
  storage_full: 507,
  storage_failed: 500,
  storage_corrupt: 500,
  storage_too_new: 500,
  secret_unreadable: 500,
  server_restarted: 500,
} as const;

export type ErrorCode = keyof typeof errorStatus;

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(errorStatus, value);
}

/** One rejected input field: `path` in dots, as `links.0.externalProject`. */
export interface FieldError {
  path: string;
  message: string;
}

export interface AppErrorOptions {
  cause?: unknown;
  errors?: FieldError[];
  /** Extension members of the problem document, as `conflicts` or `retryAfterSeconds`. Never a secret. */
  data?: Record<string, unknown>;
}

/**
 * The one error class of the product. `message` says what happened and what to do next, and is shown to people as it is.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly errors: FieldError[];
  readonly data: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.errors = options.errors ?? [];
    this.data = options.data ?? {};
  }

  get status(): number {
    return errorStatus[this.code];
  }
}

/** The message of anything thrown, without its stack. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
