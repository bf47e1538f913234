import { OpenAPIHandler } from "@orpc/openapi/node";
import { ORPCError, type Router } from "@orpc/server";
import express, { type Express, type Request, type RequestHandler, type Response } from "express";
import { ipKeyGenerator, rateLimit } from "express-rate-limit";
import type { Contract } from "../../shared/contract/index.ts";
import { AppError } from "../../shared/errors.ts";
import { toProblem } from "../../shared/problem.ts";
import { isRecord } from "../../shared/values.ts";
import { addressTest } from "../config/addresses.ts";
import { endsOf, localPeer } from "../auth/peer.ts";
import { newId } from "../ids.ts";
import { sameSecret } from "../secrets/same-secret.ts";
import type { Logger } from "../log.ts";
import { webhookRoute, type ReceiveWebhook } from "../webhooks/route.ts";
import { unauthenticated } from "./authorize.ts";
import type { Principal, RequestContext } from "./context.ts";
import { guard, type GuardOptions } from "./guard.ts";
import { readInput } from "./input.ts";
import type { Metrics } from "./metrics.ts";
import { openApiSource } from "./openapi.ts";
import { PreparedJson, sendPrepared } from "./prepared-json.ts";
import { operationFinder } from "./operations.ts";
import { notFound, problemHandler, problemHeaders, sendProblem, toAppError } from "./problem.ts";

export interface MountOptions extends GuardOptions {
  version: string;
  log: Logger;
  metrics: Metrics;
  metricsToken: string | undefined;
  requestLimit: number;
  anonymousLimit: number;
  /** Addresses and networks whose X-Forwarded-For is believed. */
  trustedProxies: readonly string[];
  router: Router<Contract, RequestContext>;
  /** Resolves a bearer token, or says why not. */
  authenticate: (token: string) => Promise<Principal>;
  jwks: () => Promise<unknown>;
  receiveWebhook: ReceiveWebhook;
  /** Whether people share this host: then those without a token are told apart by their uid, not by the address they share. */
  manyPeople: boolean;
  /** Called at each request, for the idle clock. */
  onRequest: () => void;
}

interface Locals {
  principal?: Principal;
  /** Why the token that was sent is not taken. */
  refusal?: AppError;
  requestId: string;
}

/** Builds the Express application around the contract's router. */
export function mount(options: MountOptions): Express {
  const { log, metrics, router } = options;
  const app = express();
  const openApi = openApiSource(options.version);
  app.disable("x-powered-by");
  app.set("etag", false);
  app.set("trust proxy", addressTest(options.trustedProxies));
  app.use(nameRequest);
  app.use(guard(options));
  // Before tokens and their limits: trackers have neither, and may send many at once from one address.
  app.post("/webhooks/:connectionId", limitWebhooks(), webhookRoute(options.receiveWebhook));
  app.use(identify(options));
  app.use(limit(options));
  app.use(refuse);
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
    // The library would make JSON of what is JSON already: it is sent here, and nothing is left for the library to answer.
    rootInterceptors: [
      async (call) => {
        const result = await call.next();
        if (!result.matched || !(result.response.body instanceof PreparedJson)) return result;
        call.context.send(result.response.status, result.response.body);
        return { matched: false, response: undefined };
      },
    ],
    customErrorResponseBodyEncoder: (error) => toProblem(toAppError(error), instanceOf(error)),
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
          call.context.failed(error);
          throw toOrpcError(error, call.context.instance);
        } finally {
          metrics.observe(operation, status, (performance.now() - started) / 1000);
        }
      },
    ],
  });
  const findOperation = operationFinder();
  app.use(async (request, response, next) => {
    const { principal, requestId } = locals(response);
    const operation = findOperation(request.method, request.path);
    if (principal === undefined && operation?.meta.capability !== "public") throw unauthenticated();
    if (operation === undefined) {
      next();
      return;
    }
    const { fields, problem } = await readInput(request, operation);
    // Where it is set, the contract's library takes it for the body.
    request.body = fields;
    const version = readIfMatch(request);
    const context: RequestContext = {
      principal,
      requestId,
      peer: () => peerOf(request),
      ends: () => endsOf(request.socket),
      instance: request.path,
      ifMatch: typeof version === "number" ? version : undefined,
      inputProblem: problem ?? (version instanceof AppError ? version : undefined),
      failed: markProblems(response),
      send: (status, json) => sendPrepared(response, status, json),
    };
    const { matched } = await handler.handle(request, response, { context });
    if (!matched && !response.headersSent) next();
  });
  app.use(notFound);
  app.use(problemHandler(log));
  return app;
}

function toOrpcError(error: AppError, instance: string): ORPCError<string, { instance: string }> {
  return new ORPCError(error.code, { status: error.status, message: error.message, cause: error, data: { instance } });
}

function instanceOf({ data }: ORPCError<string, unknown>): string | undefined {
  return isRecord(data) && typeof data["instance"] === "string" ? data["instance"] : undefined;
}

/**
 * The contract's library writes every JSON body as application/json; a failure is a problem document, with the headers
 * its error asks for.
 * @returns what is to be told of the error before it is written
 */
function markProblems(response: Response): (error: AppError) => void {
  const writeHead = response.writeHead.bind(response);
  let failure: AppError | undefined;
  response.writeHead = (status: number, ...rest: unknown[]) => {
    const headers = rest.find((value) => typeof value === "object" && value !== null);
    if (status >= 400 && headers !== undefined) {
      Object.assign(headers, { ...problemHeaders(failure), "content-type": "application/problem+json; charset=utf-8" });
    }
    return Reflect.apply(writeHead, response, [status, ...rest]);
  };
  return (error) => {
    failure = error;
  };
}

function locals(response: Response): Locals {
  return response.locals as Locals;
}

/** Gives each request a name, which its answer carries and the log has. */
const nameRequest: RequestHandler = (_request, response, next) => {
  const own: Locals = { requestId: newId().slice(0, 16) };
  Object.assign(response.locals, own);
  response.setHeader("x-request-id", own.requestId);
  next();
};

/** Reads the token, from the header alone, before anything of the body is read. */
function identify(options: MountOptions): RequestHandler {
  return async (request, response, next) => {
    options.onRequest();
    const header = request.headers.authorization;
    if (header !== undefined) Object.assign(response.locals, await whoAsks(header, request.path, options));
    next();
  };
}

async function whoAsks(
  header: string,
  path: string,
  options: MountOptions,
): Promise<{ principal: Principal } | { refusal: AppError }> {
  const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(header)?.[1];
  if (token === undefined) return { refusal: unauthenticated() };
  const { metricsToken } = options;
  if (path === "/metrics" && metricsToken !== undefined && sameSecret(token, metricsToken))
    return { principal: scraper };
  try {
    return { principal: await options.authenticate(token) };
  } catch (error) {
    if (error instanceof AppError && error.code === "unauthenticated") return { refusal: error };
    throw error;
  }
}

/** After the limits, so that guessing tokens is held to the few requests of those who have none. */
const refuse: RequestHandler = (_request, response, next) => {
  next(locals(response).refusal);
};

const scraper: Principal = {
  userId: "",
  sessionId: "scrape",
  level: "admin",
  tenantIds: [],
  expiresAt: 0,
  amr: [],
  steppedUpAt: null,
  scopes: null,
};

const requirePrincipal: RequestHandler = (_request, response, next) => {
  const { principal } = locals(response);
  if (principal === undefined) throw unauthenticated();
  if (principal.level !== "admin") throw new AppError("forbidden", "This needs the right metrics.read.");
  next();
};

const limiting = {
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

const byAddress = (request: Request): string => ipKeyGenerator(request.ip ?? "");

/** Where a request comes from: on this host whose it is, elsewhere its address. */
const peerOf = async (request: Request): Promise<string> =>
  (await localPeer(request.socket, request.ip ?? "")) ?? byAddress(request);

/** Deliveries per address in a minute: a tracker behind a proxy has one address for all its projects. */
const webhooksPerMinute = 600;

function limitWebhooks(): RequestHandler<{ connectionId: string }> {
  const limiter = rateLimit({ ...limiting, windowMs: 60_000, limit: webhooksPerMinute, keyGenerator: byAddress });
  return (request, response, next) => void limiter(request as Request, response, next);
}

/** 3,000 requests per 30 s and token; per address only without one: people on one host share the address. */
function limit(options: MountOptions): RequestHandler {
  const perToken = rateLimit({
    ...limiting,
    windowMs: 30_000,
    limit: options.requestLimit,
    keyGenerator: (_request, response) => locals(response).principal?.sessionId ?? "",
  });
  const perAddress = rateLimit({
    ...limiting,
    windowMs: 60_000,
    limit: options.anonymousLimit,
    keyGenerator: (request) => (options.manyPeople ? peerOf(request) : byAddress(request)),
  });
  return (request, response, next) => {
    // People on one host share the address, so whatever a stranger does there must not keep the owner from signing in:
    // failed sign-ins are slowed down instead (see AuthService).
    if (request.method === "POST" && request.path === "/api/auth/local") {
      next();
      return;
    }
    const limiter = locals(response).principal === undefined ? perAddress : perToken;
    void limiter(request, response, next);
  };
}

/** The version a change was made on, undefined where none is named, or what is wrong with the header. */
function readIfMatch(request: Request): number | AppError | undefined {
  const header = request.headers["if-match"];
  if (header === undefined || header === "*") return undefined;
  const version = /^(?:W\/)?"?(\d{1,15})"?$/.exec(header)?.[1];
  return version === undefined
    ? new AppError("invalid_input", "If-Match must carry the entity's version, as: If-Match: 3")
    : Number(version);
}
