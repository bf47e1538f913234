import { AppError, errorStatus, isErrorCode, type ErrorCode } from "./errors.ts";

/** An RFC 9457 problem document, as every error is answered; extension members may join. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance?: string;
  code: ErrorCode;
  errors?: { path: string; message: string }[];
}

/** `instance` is the request's path, without its query: a query may hold what somebody searched for. */
export function toProblem(error: AppError, instance?: string): Problem & Record<string, unknown> {
  return {
    ...error.data,
    type: `urn:aiops:problem:${error.code}`,
    title: error.code.replaceAll("_", " "),
    status: error.status,
    detail: error.message,
    ...(instance === undefined ? {} : { instance }),
    code: error.code,
    ...(error.errors.length === 0 ? {} : { errors: error.errors }),
  };
}

const known = new Set(["type", "title", "status", "detail", "instance", "code", "errors"]);

/**
 * Reads a problem document back into the error it was made from.
 * @param body what the server answered, parsed; anything but a problem document gives an `internal` or status-derived error
 * @param status the HTTP status of the answer
 */
export function fromProblem(body: unknown, status: number): AppError {
  if (typeof body === "object" && body !== null && "code" in body && isErrorCode(body.code)) {
    const detail = "detail" in body && typeof body.detail === "string" ? body.detail : body.code;
    const data = Object.fromEntries(Object.entries(body).filter(([key]) => !known.has(key)));
    return new AppError(body.code, detail, { errors: "errors" in body ? fieldErrors(body.errors) : [], data });
  }
  const code = Object.keys(errorStatus)
    .filter(isErrorCode)
    .find((candidate) => errorStatus[candidate] === status);
  return new AppError(
    code ?? "internal",
    `The server answered ${status} without saying why; see its log (aiops doctor).`,
  );
}

function fieldErrors(value: unknown): { path: string; message: string }[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) =>
    typeof entry === "object" && entry !== null && "path" in entry && "message" in entry
      ? [{ path: String(entry.path), message: String(entry.message) }]
      : [],
  );
}
