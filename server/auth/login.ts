import { randomBytes } from "node:crypto";
import type { Clock } from "../../shared/clock.ts";
import type { User } from "../../shared/entities/user.ts";
import { AppError } from "../../shared/errors.ts";
import type { AuditLog } from "../audit/log.ts";
import type { AuditActor } from "../../shared/entities/audit.ts";
import type { Principal } from "../http/context.ts";
import type { UserService } from "../users/service.ts";
import type { CredentialRepository } from "./credentials.ts";
import type { Passwords } from "./passwords.ts";
import type { AuthSessionRepository } from "./repository.ts";
import type { SecondFactor } from "./second-factor.ts";
import type { Grant, SignIns } from "./sign-ins.ts";
import type { Throttle } from "./throttle.ts";

export interface LoginServiceOptions {
  signIns: SignIns;
  sessions: AuthSessionRepository;
  credentials: CredentialRepository;
  passwords: Passwords;
  secondFactor: SecondFactor;
  throttle: Throttle;
  users: UserService;
  audit: AuditLog;
  clock: Clock;
  /** Ends the person's sign-ins, but the one given. */
  endSignIns: (userId: string, but?: string) => void;
}

/** What a person gives to show again who they are: one of the two. */
export interface StepUp {
  password?: string | undefined;
  totp?: string | undefined;
}

/** Milliseconds a one-time code for a first or forgotten password is good for. */
const codeLifetimeMs = 24 * 3_600_000;

/** The same words whoever does not get in: nobody learns who has an account, or is slowed down. */
const refusal = () =>
  new AppError(
    "unauthenticated",
    "E-mail address or password is wrong. Try again, or ask an administrator for a one-time code.",
  );

/** E-mail and password, one-time codes for the first one, and the step-up that administering takes. */
export class LoginService {
  readonly #options: LoginServiceOptions;

  constructor(options: LoginServiceOptions) {
    this.#options = options;
  }

  /**
   * Signs in with a password. Unknown people cost the same work as known ones, and answer the same.
   * @param peer where the try comes from: wrong ones slow down only what comes from there
   * @throws AppError `unauthenticated`
   */
  async login(request: { email: string; password: string; client: string }, peer: string): Promise<Grant> {
    const { users, credentials, passwords, throttle, secondFactor } = this.#options;
    const { email, password, client } = request;
    const user = users.findByEmail(email);
    const stored = user?.status === "active" ? credentials.get(user.id).password : null;
    const isRight = await throttle.attempt(JSON.stringify(["login", email, peer]), () =>
      passwords.verify(password, stored ?? undefined),
    );
    if (!isRight || user === undefined) {
      await this.#denied("auth.login", user === undefined ? "" : `user:${user.id}`);
      throw refusal();
    }
    secondFactor.forgive(user.id);
    return this.#grant("auth.login", user, client);
  }

  /** @throws AppError `unauthenticated` for a wrong password or code */
  async stepUp({ password, totp }: StepUp, principal: Principal, peer: string): Promise<number> {
    const { credentials, passwords, secondFactor, throttle, sessions, clock } = this.#options;
    const { userId, sessionId } = principal;
    const check =
      password === undefined
        ? () => Promise.resolve(secondFactor.check(userId, totp ?? ""))
        : () => passwords.verify(password, credentials.get(userId).password ?? undefined);
    if (!(await throttle.attempt(JSON.stringify(["step-up", userId, peer]), check))) {
      throw new AppError(
        "unauthenticated",
        password === undefined
          ? "The code is wrong, was used already, or too many wrong ones were given: wait for the next one, or use your password."
          : "The password is wrong, or you have none yet: an administrator gives you a one-time code to set one.",
      );
    }
    if (password !== undefined) secondFactor.forgive(userId);
    const amr = [...new Set([...principal.amr, password === undefined ? "otp" : "pwd"])];
    const now = clock.now();
    sessions.stepUp(sessionId, amr, now);
    return now;
  }

  /**
   * Changes a password and ends the person's other sign-ins.
   * @throws AppError `invalid_input` for a wrong one, and for a new one that is too easy
   */
  async changePassword(request: { currentPassword: string; password: string }, principal: Principal, peer: string) {
    const { users, endSignIns } = this.#options;
    const user = users.get(principal.userId);
    requireGood(request.password, user);
    await this.#requireCurrent(request.currentPassword, principal, peer);
    await this.#setPassword(user.id, request.password);
    endSignIns(user.id, principal.sessionId);
  }

  /** Who asks is known: a wrong password is a wrong field, and no reason for a client to sign in anew. */
  async #requireCurrent(password: string, principal: Principal, peer: string): Promise<void> {
    try {
      await this.stepUp({ password }, principal, peer);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "unauthenticated") throw error;
      const errors = [{ path: "currentPassword", message: "is not your password" }];
      throw new AppError("invalid_input", error.message, { cause: error, errors });
    }
  }

  /** A one-time code with which a person sets a password: a first one, or a new one for one that was forgotten. */
  issueCode(user: User): { code: string; expiresAt: number } {
    const { credentials, clock } = this.#options;
    if (user.status !== "active") throw new AppError("conflict", `${user.email} is disabled. Enable the person first.`);
    const code = randomBytes(16).toString("base64url");
    const expiresAt = clock.now() + codeLifetimeMs;
    credentials.addCode(code, user.id, expiresAt);
    return { code, expiresAt };
  }

  /**
   * Sets a password with a one-time code, ends the person's sign-ins and makes a new one.
   * @throws AppError `unauthenticated` for a code that is wrong, used or expired; `invalid_input` for a password too easy
   */
  async redeem(request: { code: string; password: string; client: string }, peer: string): Promise<Grant> {
    const { credentials, users, throttle, endSignIns, clock } = this.#options;
    // Before the code is used up.
    requireGood(request.password);
    let user: User | undefined;
    await throttle.attempt(JSON.stringify(["code", peer]), () => {
      const userId = credentials.takeCode(request.code, clock.now());
      user = userId === undefined ? undefined : users.find(userId);
      return Promise.resolve(user !== undefined);
    });
    if (user?.status !== "active") {
      await this.#denied("auth.redeem", "");
      throw new AppError(
        "unauthenticated",
        "The code is wrong, was used already or has expired. Ask an administrator for another, or run: aiops admin create",
      );
    }
    await this.#setPassword(user.id, request.password);
    endSignIns(user.id);
    return this.#grant("auth.redeem", user, request.client);
  }

  hasPassword(userId: string): boolean {
    return this.#options.credentials.get(userId).password !== null;
  }

  async #setPassword(userId: string, password: string): Promise<void> {
    const { credentials, passwords, secondFactor } = this.#options;
    credentials.set(userId, { password: await passwords.hash(password) });
    secondFactor.forgive(userId);
  }

  #grant(action: string, user: User, client: string): Promise<Grant> {
    const { audit, signIns } = this.#options;
    const subject = {
      actor: { kind: "user", id: user.id } as const,
      tenantId: null,
      action,
      target: `user:${user.id}`,
    };
    return audit.audited(subject, () => signIns.grant({ user, client, amr: ["pwd"], steppedUp: true }));
  }

  async #denied(action: string, target: string): Promise<void> {
    const actor: AuditActor = { kind: "system", id: "anonymous" };
    await this.#options.audit.append({ actor, tenantId: null, action, target, outcome: "denied", error: "refused" });
  }
}

/**
 * Length is what counts (NIST SP 800-63B section 3.1.1.2); the person's own names and one repeated letter are refused.
 * @throws AppError `invalid_input`
 */
function requireGood(password: string, user?: User): void {
  const plain = password.toLowerCase();
  const own = user === undefined ? [] : [user.email, user.username, user.name].map((name) => name.toLowerCase());
  if (!own.includes(plain) && new Set(plain).size > 4) return;
  throw new AppError(
    "invalid_input",
    "This password is too easy to guess. Take several words, or let a program make one.",
    {
      errors: [{ path: "password", message: "is too easy to guess" }],
    },
  );
}
