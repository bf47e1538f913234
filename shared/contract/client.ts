import { createORPCClient, ORPCError } from "@orpc/client";
import type { ContractRouterClient } from "@orpc/contract";
import type { JsonifiedClient } from "@orpc/openapi-client";
import { OpenAPILink } from "@orpc/openapi-client/fetch";
import { AppError, errorMessage } from "../errors.ts";
import { fromProblem } from "../problem.ts";
import { contract, type Contract } from "./index.ts";

export interface ClientContext {
  /** Sent as `If-Match`: the version of the entity the change was made on. */
  ifMatch?: number;
}

/** The typed client of the extension and the CLI, made from the contract. */
export type Client = JsonifiedClient<ContractRouterClient<Contract, ClientContext>>;

export interface ClientOptions {
  /** The server's address, as `http://127.0.0.1:4280`. */
  url: string;
  /** Asked before each request; undefined sends none. */
  token: () => Promise<string | undefined>;
  /**
   * Asks the person for the password or one-time code that the server wants before administering; the call is repeated
   * then. It throws where the person does not, or can't.
   */
  stepUp?: () => Promise<void>;
}

/**
 * Every call rejects with an {@link AppError}: what the server answered as a problem document, or `unavailable` where it
 * could not be reached.
 */
export function createClient(options: ClientOptions): Client {
  const link = new OpenAPILink<ClientContext>(contract, {
    url: options.url,
    headers: async ({ context }) => {
      const token = await options.token();
      return {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(context.ifMatch === undefined ? {} : { "if-match": String(context.ifMatch) }),
      };
    },
    fetch: fetchWithReadableProblems,
    customErrorResponseBodyDecoder: (body, response) => {
      const problem = fromProblem(body, response.status);
      return new ORPCError(problem.code, { status: response.status, message: problem.message, data: problem });
    },
    interceptors: [
      async (call) => {
        const attempt = async () => {
          try {
            return await call.next();
          } catch (error) {
            throw toAppError(error, options.url, call.signal);
          }
        };
        try {
          return await attempt();
        } catch (error) {
          if (options.stepUp === undefined || !(error instanceof AppError) || error.code !== "step_up_required")
            throw error;
          await options.stepUp();
          return attempt();
        }
      },
    ],
  });
  return createORPCClient(link);
}

function toAppError(error: unknown, url: string, signal: AbortSignal | undefined): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof ORPCError && error.data instanceof AppError) return error.data;
  if (signal?.aborted === true) return new AppError("cancelled", "Cancelled.", { cause: error });
  if (wasCut(error)) {
    return new AppError("unavailable", `The aiops server at ${url} does not answer. Start it, or run: aiops doctor`, {
      cause: error,
    });
  }
  return new AppError("internal", errorMessage(error), { cause: error });
}

/** What `fetch` throws where no answer came, or the connection broke in the middle of one: then it is a cause. */
function wasCut(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof Error && error.cause !== undefined && wasCut(error.cause));
}

/** The library parses bodies of type application/json alone; a problem document is JSON under another name. */
async function fetchWithReadableProblems(request: Request, init: RequestInit): Promise<Response> {
  const response = await fetch(request, init);
  if (response.headers.get("content-type")?.startsWith("application/problem+json") !== true) return response;
  const headers = new Headers(response.headers);
  headers.set("content-type", "application/json");
  return new Response(response.body, { status: response.status, headers });
}
