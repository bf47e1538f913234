import type { IncomingHttpHeaders, IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { RequestHandler } from "express";
import { AppError } from "../../shared/errors.ts";
import { toProblem } from "../../shared/problem.ts";

export interface GuardOptions {
  /** Names besides the loopback ones that `Host` may carry. */
  allowedHosts: readonly string[];
  /** Origins a page in a browser may call from. */
  allowedOrigins: readonly string[];
}

const loopbackNames = ["127.0.0.1", "localhost", "[::1]"];

/**
 * Checks `Host` (DNS rebinding) and `Origin` (pages in a browser) of a request.
 * @returns what is wrong, or undefined
 */
export function checkHeaders(headers: IncomingHttpHeaders, options: GuardOptions): AppError | undefined {
  const hostName = (headers.host ?? "").toLowerCase().replace(/:\d{1,5}$/, "");
  if (!loopbackNames.includes(hostName) && !options.allowedHosts.some((name) => name.toLowerCase() === hostName)) {
    return new AppError(
      "host_not_allowed",
      "The Host header does not name this server. Use its 127.0.0.1 address, or add the name to AIOPS_ALLOWED_HOSTS.",
    );
  }
  if (headers.origin !== undefined && !options.allowedOrigins.includes(headers.origin)) {
    return new AppError(
      "origin_not_allowed",
      "Pages in a browser may not call this server. An origin to be trusted goes in AIOPS_ALLOWED_ORIGINS.",
    );
  }
  return undefined;
}

/** The first handler of every request: refuses foreign hosts and origins, and sets the headers every answer carries. */
export function guard(options: GuardOptions): RequestHandler {
  return (request, response, next) => {
    response.setHeader("x-content-type-options", "nosniff");
    response.setHeader("cache-control", "no-store");
    response.setHeader("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
    response.setHeader("referrer-policy", "no-referrer");
    response.setHeader("cross-origin-resource-policy", "same-origin");
    next(checkHeaders(request.headers, options));
  };
}

/** Answers every WebSocket upgrade: 403 for a foreign host or origin, else 404 while nothing is offered over it. */
export function guardUpgrades(server: Server, options: GuardOptions): void {
  server.on("upgrade", (request: IncomingMessage, socket: Duplex) => {
    const error =
      checkHeaders(request.headers, options) ??
      new AppError("not_found", "Nothing is offered over WebSocket at this address.");
    const body = JSON.stringify(toProblem(error));
    socket.on("error", () => socket.destroy());
    socket.end(
      `HTTP/1.1 ${error.status} ${error.code}\r\nContent-Type: application/problem+json\r\nConnection: close\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });
}
