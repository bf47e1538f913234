import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../shared/clock.ts";
import type { User } from "../../shared/entities/user.ts";
import { AppError } from "../../shared/errors.ts";
import { localProof } from "../../shared/rules/local-proof.ts";
import type { AuditLog } from "../audit/log.ts";
import type { EventBus } from "../events/bus.ts";
import type { Principal } from "../http/context.ts";
import { newId } from "../ids.ts";
import { sameSecret } from "../secrets/same-secret.ts";
import type { UserService } from "../users/service.ts";
import type { AuthSessionRepository, AuthSessionRow } from "./repository.ts";
import type { TokenService } from "./tokens.ts";

export interface AuthServiceOptions {
  tokens: TokenService;
  sessions: AuthSessionRepository;
  users: UserService;
  audit: AuditLog;
  events: EventBus;
  clock: Clock;
  /** The secret of the runtime file; whoever can read that file is the person this personal server belongs to. */
  localSecret: string;
  /** The person this personal server belongs to. */
  owner: () => Promise<User>;
  /** How long a sign-in lasts, in milliseconds. */
  sessionMs: number;
}

export interface Grant {
  token: string;
  expiresAt: string;
  user: User;
}

export interface LocalSignIn {
  nonce: string;
  /** The client's proof over the nonce. */
  proof: string;
  /** What signs in, for the list of sessions. */
  client: string;
  as?: string | undefined;
  ttlSeconds?: number | undefined;
}

/** Failed proofs that are recorded one by one in a quiet minute; more are only slowed down. */
const recordedFailures = 20;
/** Milliseconds that each failed proof adds to the answer of the next, and the most it waits. */
const failureDelay = 25;
const longestFailureDelay = 2_000;
const quietMs = 60_000;

/** Sign-ins: made, looked up at every request, listed and revoked. */
export class AuthService {
  readonly #options: AuthServiceOptions;
  #failures = 0;
  #lastFailure = 0;

  constructor(options: AuthServiceOptions) {
    this.#options = options;
  }

  /**
   * Personal mode: signs in whoever can read the runtime file, and proves to be the server that wrote it.
   * @throws AppError `unauthenticated` for a wrong proof, `not_found` for an unknown `as`
   */
  async signInLocally(request: LocalSignIn): Promise<Grant & { serverProof: string }> {
    const { audit, localSecret, owner, users } = this.#options;
    if (!sameSecret(request.proof, await localProof(localSecret, "client", request.nonce))) return this.#refuse();
    const self = await owner();
    const user = request.as === undefined ? self : users.findByEmail(request.as);
    if (user === undefined) throw new AppError("not_found", `Nobody here has the e-mail address ${request.as ?? ""}.`);
    if (user.status !== "active") throw new AppError("forbidden", `${user.email} is disabled.`);
    const target = `user:${user.id}`;
    const subject = { actor: { kind: "user", id: self.id } as const, tenantId: null, action: "auth.local", target };
    const grant = await audit.audited(subject, () => this.#grant(user, request));
    return { ...grant, serverProof: await localProof(localSecret, "server", request.nonce, grant.token) };
  }

  /**
   * Who a token speaks for, now: the session and the person's status and roles are looked up each time.
   * @throws AppError `unauthenticated`
   */
  async authenticate(token: string): Promise<Principal> {
    const claims = await this.#options.tokens.verify(token);
    const session = this.#options.sessions.get(claims.sessionId);
    const user = this.#options.users.find(claims.userId);
    if (session === undefined || session.revokedAt !== null || session.userId !== claims.userId) {
      throw new AppError("unauthenticated", "This sign-in was ended: sign in anew.");
    }
    if (user === undefined || user.status !== "active") {
      throw new AppError("unauthenticated", "This sign-in was ended: sign in anew.");
    }
    this.#options.sessions.touch(session, this.#options.clock.now());
    return {
      userId: user.id,
      sessionId: session.id,
      level: user.level,
      tenantIds: user.memberships.map(({ tenantId }) => tenantId),
      expiresAt: claims.expiresAt,
      amr: claims.amr,
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

  /** @throws AppError `not_found` for a session or token of somebody else, unless an administrator asks */
  async revoke(what: { token?: string | undefined; sessionId?: string | undefined }, asker: Principal): Promise<void> {
    const sessionId = what.sessionId ?? (await this.#sessionOf(what.token ?? ""));
    const session = sessionId === undefined ? undefined : this.#options.sessions.get(sessionId);
    if (session === undefined || (session.userId !== asker.userId && asker.level !== "admin")) {
      throw new AppError("not_found", "There is no such sign-in.");
    }
    this.end(session.id);
  }

  /** The sign-in a token is of; undefined for a token that is none of ours any more. */
  async #sessionOf(token: string): Promise<string | undefined> {
    try {
      return (await this.#options.tokens.verify(token)).sessionId;
    } catch (error) {
      if (error instanceof AppError && error.code === "unauthenticated") return undefined;
      throw error;
    }
  }

  /**
   * Answers a failed proof ever later, and a right one always at once: a stranger on this host slows down strangers only.
   */
  async #refuse(): Promise<never> {
    const { audit, clock } = this.#options;
    const now = clock.now();
    if (Math.abs(now - this.#lastFailure) > quietMs) this.#failures = 0;
    this.#lastFailure = now;
    this.#failures += 1;
    if (this.#failures <= recordedFailures) {
      await audit.append({
        actor: { kind: "system", id: "anonymous" },
        tenantId: null,
        action: "auth.local",
        target: "",
        outcome: "denied",
        error: "wrong proof",
      });
    }
    await delay(Math.min(this.#failures * failureDelay, longestFailureDelay));
    throw new AppError(
      "unauthenticated",
      "The proof is not one of this server's secret. Read the runtime file anew, or run: aiops token",
    );
  }

  /** The public keys that check our tokens. */
  jwks() {
    return this.#options.tokens.jwks();
  }

  async #grant(user: User, request: LocalSignIn): Promise<Grant> {
    const { clock, sessions, tokens, sessionMs } = this.#options;
    const now = clock.now();
    const lifetime = request.ttlSeconds === undefined ? sessionMs : request.ttlSeconds * 1000;
    // Tokens count in whole seconds.
    const expiresAt = Math.floor((now + lifetime) / 1000) * 1000;
    const id = newId();
    const token = await tokens.sign({ sessionId: id, userId: user.id, amr: ["local"], expiresAt }, user);
    sessions.insert({
      id,
      userId: user.id,
      client: request.client,
      createdAt: now,
      lastUsedAt: now,
      expiresAt,
      revokedAt: null,
    });
    return { token, expiresAt: new Date(expiresAt).toISOString(), user };
  }
}
