import type { AppError } from "../../shared/errors.ts";
import type { Level } from "../../shared/entities/user.ts";

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
}

/** What every operation is given besides its input. */
export interface RequestContext {
  principal: Principal | undefined;
  /** The request's path, for the problem document. */
  instance: string;
  /** The version the change was made on, from `If-Match`. */
  ifMatch: number | undefined;
  /** What is wrong with body or headers; thrown once the caller is known to have the right to the operation. */
  inputProblem: AppError | undefined;
  /** Told of the error before it is answered. */
  failed: (error: AppError) => void;
  /** Answered as a header of failures and written to the log, so that both can be found together. */
  requestId: string;
}

/** The context of an operation that needs a token, after authorization. */
export interface SignedInContext extends RequestContext {
  principal: Principal;
}
