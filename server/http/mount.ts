import { randomBytes } from "node:crypto";
import { OpenAPIHandler } from "@orpc/openapi/node";
import { ORPCError, type Router } from "@orpc/server";
import { BodyLimitPlugin } from "@orpc/server/node";
import express, { type Express, type Request, type RequestHandler, type Response } from "express";
import { rateLimit } from "express-rate-limit";
import { contract, type Contract } from "../../shared/contract/index.ts";
import type { OperationMeta } from "../../shared/contract/operation.ts";
import { AppError } from "../../shared/errors.ts";
import { toProblem } from "../../shared/problem.ts";
import type { Logger } from "../log.ts";
import { unauthenticated } from "./authorize.ts";
import type { Principal, RequestContext } from "./context.ts";
import { guard, type GuardOptions } from "./guard.ts";
import type { Metrics } from "./metrics.ts";
import { openApiSource } from "./openapi.ts";
import { notFound, problemHandler, sendProblem, toAppError } from "./problem.ts";

/** Bytes of a request's body. */
const bodyLimit = 1024 * 1024;

export interface MountOptions extends GuardOptions {
  version: string;
  log: Logger;
  metrics: Metrics;
  metricsToken: string | undefined;
  requestLimit: number;
  anonymousLimit: number;
  router: Router<Contract, RequestContext>;
  /** Resolves a bearer token, or says why not. */
  authenticate: (token: string) => Promise<Principal>;
  jwks: () => Promise<unknown>;
  /** Called at each request, for the idle clock. */
  onRequest: () => void;
}

interface Locals {
  principal?: Principal;
  requestId: string;
}

/** Builds the Express application around the contract's router. */
export function mount(options: MountOptions): Express {
  const { log, metrics, router } = options;
  const app = express();
  const openApi = openApiSource(options.version);
  app.disable("x-powered-by");
  app.set("etag", false);
  app.use(guard(options));
  app.use(identify(options));
  app.use(limit(options));
  app.get("/openapi.json", async (_request, response) => {
    response.json(await openApi());
  });
  app.get("/.well-known/jwks.json", async (_request, response) => {
    response.json(await options.jwks());
  });
  app.get("/metrics", requirePrincipal, async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.render());
  });

  const handler = new OpenAPIHandler(router, {
    plugins: [new BodyLimitPlugin({ maxBodySize: bodyLimit })],
    customErrorResponseBodyEncoder: (error) => toProblem(toAppError(error)),
    // Errors are translated here, where their status is chosen, and logged once.
    clientInterceptors: [
      async (call) => {
        const started = performance.now();
        const operation = call.path.join(".");
        let status = 200;
        try {
          return await call.next();
        } catch (thrown) {
          const error = toAppError(thrown);
          status = error.status;
          if (status >= 500) {
            log.error(
              { err: thrown, operation, code: error.code, requestId: call.context.requestId },
              "operation failed",
            );
          }
          throw toOrpcError(error);
        } finally {
          metrics.observe(operation, status, (performance.now() - started) / 1000);
        }
      },
    ],
  });
  const publicPaths = publicOperations();
  app.use(async (request, response, next) => {
    const { principal, requestId } = locals(response);
    if (principal === undefined && !publicPaths.has(`${request.method} ${request.path}`)) throw unauthenticated();
    markProblems(response);
    const ifMatch = readIfMatch(request);
    const { matched } = await handler.handle(request, response, { context: { principal, requestId, ifMatch } });
    if (!matched) next();
  });
  app.use(notFound);
  app.use(problemHandler(log));
  return app;
}

function toOrpcError(error: AppError): ORPCError<string, undefined> {
  return new ORPCError(error.code, { status: error.status, message: error.message, cause: error });
}

/** The contract's library writes every JSON body as application/json; a failure is a problem document. */
function markProblems(response: Response): void {
  const writeHead = response.writeHead.bind(response);
  response.writeHead = (status: number, ...rest: unknown[]) => {
    const headers = rest.find((value) => typeof value === "object" && value !== null);
    if (status >= 400 && headers !== undefined) {
      Object.assign(headers, { "content-type": "application/problem+json; charset=utf-8" });
    }
    return Reflect.apply(writeHead, response, [status, ...rest]);
  };
}

function locals(response: Response): Locals {
  return response.locals as Locals;
}

/** Reads the token, from the header alone, before anything of the body is read. */
function identify(options: MountOptions): RequestHandler {
  return async (request, response, next) => {
    options.onRequest();
    const own: Locals = { requestId: randomBytes(8).toString("hex") };
    Object.assign(response.locals, own);
    response.setHeader("x-request-id", own.requestId);
    const header = request.headers.authorization;
    if (header !== undefined) {
      const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(header)?.[1];
      if (token === undefined) throw unauthenticated();
      const scrape = request.path === "/metrics" && token === options.metricsToken;
      if (!scrape) locals(response).principal = await options.authenticate(token);
      else locals(response).principal = scraper;
    }
    next();
  };
}

const scraper: Principal = { userId: "", sessionId: "scrape", level: "admin", tenantIds: [], expiresAt: 0, amr: [] };

const requirePrincipal: RequestHandler = (_request, response, next) => {
  const { principal } = locals(response);
  if (principal === undefined) throw unauthenticated();
  if (principal.level !== "admin") throw new AppError("forbidden", "This needs the right metrics.read.");
  next();
};

/** 3,000 requests per 30 s and token; per address only without one: people on one host share the address. */
function limit(options: MountOptions): RequestHandler {
  const common = {
    standardHeaders: "draft-8" as const,
    legacyHeaders: false,
    handler: (request: Request, response: Response) => {
      const seconds = Number(response.getHeader("retry-after") ?? 30);
      const error = new AppError("rate_limited", `Too many requests. Wait ${seconds} s and repeat.`, {
        data: { retryAfterSeconds: seconds },
      });
      sendProblem(response, error, request.path);
    },
  };
  const perToken = rateLimit({
    ...common,
    windowMs: 30_000,
    limit: options.requestLimit,
    keyGenerator: (_request, response) => locals(response).principal?.sessionId ?? "",
  });
  const perAddress = rateLimit({
    ...common,
    windowMs: 60_000,
    limit: options.anonymousLimit,
    keyGenerator: (request) => request.socket.remoteAddress ?? "",
  });
  return (request, response, next) => {
    const limiter = locals(response).principal === undefined ? perAddress : perToken;
    void limiter(request, response, next);
  };
}

/** `METHOD /path` of every operation that needs no token; none of them has a parameter. */
function publicOperations(): ReadonlySet<string> {
  const found = new Set<string>();
  for (const area of Object.values(contract)) {
    for (const procedure of Object.values(area)) {
      const { meta, route } = procedure["~orpc"] as { meta: OperationMeta; route: { method?: string; path?: string } };
      if (meta.capability === "public") found.add(`${route.method} ${route.path}`);
    }
  }
  return found;
}

function readIfMatch(request: Request): number | undefined {
  const header = request.headers["if-match"];
  if (header === undefined || header === "*") return undefined;
  const version = /^(?:W\/)?"?(\d{1,15})"?$/.exec(header)?.[1];
  if (version === undefined)
    throw new AppError("invalid_input", "If-Match must carry the entity's version, as: If-Match: 3");
  return Number(version);
}
