import type { AppError } from "../../shared/errors.ts";
import type { Level } from "../../shared/entities/user.ts";
import type { TokenScope } from "../../shared/rules/token-scopes.ts";
import type { Ends } from "../auth/peer.ts";
import type { PreparedJson } from "./prepared-json.ts";

/** Who a request speaks for, looked up anew for each request. */
export interface Principal {
  userId: string;
  sessionId: string;
  level: Level;
  tenantIds: readonly string[];
  /** Milliseconds since the epoch. */
  expiresAt: number;
  /** How the person proved who they are (RFC 8176 values or our own `local`). */
  amr: readonly string[];
  /** When they last proved it by password or one-time code, in milliseconds since the epoch. */
  steppedUpAt: number | null;
  /** How far a personal access token reaches; null for a person at their own sign-in. */
  scopes: readonly TokenScope[] | null;
}

/** What every operation is given besides its input. */
export interface RequestContext {
  principal: Principal | undefined;
  /** The request's path, for the problem document. */
  instance: string;
  /** Where the request comes from, to count tries by: on this host by uid (see auth/peer.ts), else by address. */
  peer: () => Promise<string>;
  /** Both ends of its connection. */
  ends: () => Ends;
  /** The version the change was made on, from `If-Match`. */
  ifMatch: number | undefined;
  /** What is wrong with body or headers; thrown once the caller is known to have the right to the operation. */
  inputProblem: AppError | undefined;
  /** Told of the error before it is answered. */
  failed: (error: AppError) => void;
  /** Sends a body that is JSON already. */
  send: (status: number, json: PreparedJson) => void;
  /** Answered as a header of failures and written to the log, so that both can be found together. */
  requestId: string;
}

/** The context of an operation that needs a token, after authorization. */
export interface SignedInContext extends RequestContext {
  principal: Principal;
}
