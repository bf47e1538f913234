import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../shared/clock.ts";
import type { User } from "../../shared/entities/user.ts";
import { AppError } from "../../shared/errors.ts";
import { localProof } from "../../shared/rules/local-proof.ts";
import type { AuditLog } from "../audit/log.ts";
import { sameSecret } from "../secrets/same-secret.ts";
import type { UserService } from "../users/service.ts";
import type { Grant, SignIns } from "./sign-ins.ts";

export interface LocalSignInOptions {
  signIns: SignIns;
  users: UserService;
  audit: AuditLog;
  clock: Clock;
  /** The secret of the runtime file; whoever can read that file is the person this personal server belongs to. */
  localSecret: string;
  /** The person this personal server belongs to. */
  owner: () => Promise<User>;
}

/** What shows that the client knows the runtime file's secret. */
export interface LocalProof {
  nonce: string;
  /** The client's proof over the nonce. */
  proof: string;
}

export interface LocalRequest extends LocalProof {
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

/** Signs in whoever can read the runtime file, and proves to be the server that wrote it. */
export class LocalSignIn {
  readonly #options: LocalSignInOptions;
  #failures = 0;
  #lastFailure = 0;

  constructor(options: LocalSignInOptions) {
    this.#options = options;
  }

  /**
   * Personal mode: a sign-in of the server's person, or of another one.
   * @throws AppError `unauthenticated` for a wrong proof, `not_found` for an unknown `as`
   */
  async signIn(request: LocalRequest): Promise<Grant & { serverProof: string }> {
    const { audit, owner, signIns, users } = this.#options;
    await this.requireProof("auth.local", request);
    const self = await owner();
    const user = request.as === undefined ? self : users.findByEmail(request.as);
    if (user === undefined) throw new AppError("not_found", `Nobody here has the e-mail address ${request.as ?? ""}.`);
    if (user.status !== "active") throw new AppError("forbidden", `${user.email} is disabled.`);
    const target = `user:${user.id}`;
    const subject = { actor: { kind: "user", id: self.id } as const, tenantId: null, action: "auth.local", target };
    const { client, ttlSeconds } = request;
    const lifetimeMs = ttlSeconds === undefined ? undefined : ttlSeconds * 1000;
    const grant = await audit.audited(subject, () =>
      signIns.grant({ user, client, amr: ["local"], steppedUp: false, lifetimeMs }),
    );
    return { ...grant, serverProof: await this.prove(request.nonce, grant.token) };
  }

  /** The server's own proof, which binds what it answers. */
  prove(nonce: string, answer: string): Promise<string> {
    return localProof(this.#options.localSecret, "server", nonce, answer);
  }

  /**
   * Answers a failed proof ever later, and a right one always at once: a stranger on this host slows down strangers only.
   * @param action what is asked for, for the audit
   * @throws AppError `unauthenticated`
   */
  async requireProof(action: string, { nonce, proof }: LocalProof): Promise<void> {
    const { audit, clock, localSecret } = this.#options;
    if (sameSecret(proof, await localProof(localSecret, "client", nonce))) return;
    const now = clock.now();
    if (Math.abs(now - this.#lastFailure) > quietMs) this.#failures = 0;
    this.#lastFailure = now;
    this.#failures += 1;
    if (this.#failures <= recordedFailures) {
      const actor = { kind: "system", id: "anonymous" } as const;
      await audit.append({ actor, tenantId: null, action, target: "", outcome: "denied", error: "wrong proof" });
    }
    await delay(Math.min(this.#failures * failureDelay, longestFailureDelay));
    throw new AppError(
      "unauthenticated",
      "The proof is not one of this server's secret. Read the runtime file anew, or run: aiops token",
    );
  }
}
