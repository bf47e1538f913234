import type { ErrorRequestHandler, RequestHandler, Response } from "express";
import { ORPCError, ValidationError } from "@orpc/server";
import { AppError, errorMessage } from "../../shared/errors.ts";
import { toProblem } from "../../shared/problem.ts";
import type { Logger } from "../log.ts";

/**
 * Translates anything thrown into the product's one error: validation failures name their fields, storage's "disk full"
 * keeps its code, and what nobody foresaw is logged and answered without its details.
 */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof ORPCError) return fromOrpc(error);
  if (isNodeError(error) && (error.code === "ENOSPC" || error.code === "EDQUOT")) {
    return new AppError("storage_full", "The disk is full. Nothing was changed; free some room and repeat.", {
      cause: error,
    });
  }
  if (error instanceof URIError) return new AppError("invalid_input", "The address is not valid.", { cause: error });
  return new AppError(
    "internal",
    "Something went wrong inside the server; its log has the details under this request's id.",
    {
      cause: error,
    },
  );
}

function fromOrpc(error: ORPCError<string, unknown>): AppError {
  const { cause } = error;
  if (cause instanceof AppError) return cause;
  if (cause instanceof ValidationError && error.code === "BAD_REQUEST") {
    const errors = cause.issues.map((issue) => ({
      path: (issue.path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join("."),
      message: issue.message,
    }));
    const list = errors.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
    return new AppError("invalid_input", `The request is not valid. ${list}`, { errors, cause: error });
  }
  if (error.status === 400) {
    return new AppError("invalid_input", "The request can't be read. Check its address and query.", { cause: error });
  }
  return toAppError(cause ?? new Error(errorMessage(error)));
}

function isNodeError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error;
}

/** The headers an error asks for besides its document's type. */
export function problemHeaders(error: AppError | undefined): Record<string, string> {
  const retryAfter = error?.data["retryAfterSeconds"];
  return {
    ...(typeof retryAfter === "number" ? { "retry-after": String(Math.ceil(retryAfter)) } : {}),
    ...(error?.status === 401 ? { "www-authenticate": "Bearer" } : {}),
  };
}

/** Writes a problem document. */
export function sendProblem(response: Response, error: AppError, instance: string): void {
  response
    .status(error.status)
    .set(problemHeaders(error))
    .type("application/problem+json")
    .send(JSON.stringify(toProblem(error, instance)));
}

export const notFound: RequestHandler = (request, response) => {
  sendProblem(
    response,
    new AppError("not_found", "There is nothing at this address. See /openapi.json."),
    request.path,
  );
};

/** Express's last handler. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (thrown: unknown, request, response, next) => {
    const error = toAppError(thrown);
    if (error.status >= 500) log.error({ err: thrown, path: request.path, code: error.code }, "request failed");
    if (response.headersSent) {
      next(thrown);
      return;
    }
    sendProblem(response, error, request.path);
  };
}
