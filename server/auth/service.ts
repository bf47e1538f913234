import type { Clock } from "../../shared/clock.ts";
import type { User } from "../../shared/entities/user.ts";
import { AppError } from "../../shared/errors.ts";
import type { EventBus } from "../events/bus.ts";
import type { Principal } from "../http/context.ts";
import type { UserService } from "../users/service.ts";
import type { PersonalTokens } from "./personal-tokens.ts";
import type { AuthSessionRepository, AuthSessionRow } from "./repository.ts";
import type { TokenClaims, TokenService } from "./tokens.ts";

export interface AuthServiceOptions {
  tokens: TokenService;
  sessions: AuthSessionRepository;
  personalTokens: PersonalTokens;
  users: UserService;
  events: EventBus;
  clock: Clock;
}

const ended = () => new AppError("unauthenticated", "This sign-in was ended: sign in anew.");

/** Sign-ins: looked up at every request, listed and revoked. */
export class AuthService {
  readonly #options: AuthServiceOptions;

  constructor(options: AuthServiceOptions) {
    this.#options = options;
  }

  /**
   * Who a token speaks for, now: the session and the person's status and roles are looked up each time.
   * @throws AppError `unauthenticated`
   */
  async authenticate(token: string): Promise<Principal> {
    const { tokens, personalTokens, users } = this.#options;
    const claims = await tokens.verify(token);
    const proved = claims.type === "personal" ? personalTokens.use(claims, token) : this.#useSession(claims);
    const user = users.find(claims.userId);
    if (proved === undefined || user === undefined || user.status !== "active") throw ended();
    return {
      userId: user.id,
      sessionId: claims.sessionId,
      level: user.level,
      tenantIds: user.memberships.map(({ tenantId }) => tenantId),
      expiresAt: claims.expiresAt,
      ...proved,
    };
  }

  /** Checks somebody else's token without becoming them. Only administrators learn of other people's. */
  async validate(token: string, asker: Principal): Promise<{ valid: boolean; user?: User; error?: string }> {
    try {
      const principal = await this.authenticate(token);
      if (asker.level !== "admin" && principal.userId !== asker.userId)
        return { valid: false, error: "not a token of yours" };
      const user = this.#options.users.find(principal.userId);
      return user === undefined ? { valid: false, error: "unknown person" } : { valid: true, user };
    } catch (error) {
      if (error instanceof AppError && error.code === "unauthenticated") return { valid: false, error: error.message };
      throw error;
    }
  }

  listSessions(principal: Principal): AuthSessionRow[] {
    return this.#options.sessions.listOf(principal.userId, this.#options.clock.now());
  }

  /** Ends a sign-in at once: the next request fails and live streams close. */
  end(sessionId: string): void {
    this.#options.sessions.revoke(sessionId, this.#options.clock.now());
    this.#options.events.endSession(sessionId);
  }

  /** Ends a person's sign-ins, but the one given. */
  endAllOf(userId: string, but?: string): void {
    const { sessions, clock } = this.#options;
    for (const { id } of sessions.listOf(userId, clock.now())) if (id !== but) this.end(id);
  }

  /** @throws AppError `not_found` for a session or token of somebody else, unless an administrator asks */
  async revoke(what: { token?: string | undefined; sessionId?: string | undefined }, asker: Principal): Promise<void> {
    const claims = what.token === undefined ? undefined : await this.#claimsOf(what.token);
    const mayEnd = (userId: string) => userId === asker.userId || asker.level === "admin";
    if (claims?.type === "personal" && mayEnd(claims.userId)) {
      this.#options.personalTokens.remove(claims.sessionId);
      return;
    }
    const session = this.#options.sessions.get(what.sessionId ?? claims?.sessionId ?? "");
    if (session === undefined || !mayEnd(session.userId)) throw new AppError("not_found", "There is no such sign-in.");
    this.end(session.id);
  }

  /** The public keys that check our tokens. */
  jwks() {
    return this.#options.tokens.jwks();
  }

  #useSession(claims: TokenClaims): Pick<Principal, "amr" | "steppedUpAt" | "scopes"> | undefined {
    const { sessions, clock } = this.#options;
    const session = sessions.get(claims.sessionId);
    if (session === undefined || session.revokedAt !== null || session.userId !== claims.userId) return undefined;
    sessions.touch(session, clock.now());
    return { amr: session.amr, steppedUpAt: session.steppedUpAt, scopes: null };
  }

  /** What a token says; undefined for one that is none of ours any more. */
  async #claimsOf(token: string): Promise<TokenClaims | undefined> {
    try {
      return await this.#options.tokens.verify(token);
    } catch (error) {
      if (error instanceof AppError && error.code === "unauthenticated") return undefined;
      throw error;
    }
  }
}
