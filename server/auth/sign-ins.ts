import type { Clock } from "../../shared/clock.ts";
import type { User } from "../../shared/entities/user.ts";
import { newId } from "../ids.ts";
import type { AuthSessionRepository } from "./repository.ts";
import type { TokenService } from "./tokens.ts";

/** What a sign-in answers. */
export interface Grant {
  /** Shown once, never stored in clear. */
  token: string;
  /** ISO 8601, UTC. */
  expiresAt: string;
  user: User;
}

export interface NewSignIn {
  user: User;
  /** What signs in, for the list of sessions. */
  client: string;
  /** How the person proved who they are. */
  amr: readonly string[];
  /** Whether that was a password or a one-time code, which counts as the step-up that administering takes. */
  steppedUp: boolean;
  /** Milliseconds; the configured time unless told. */
  lifetimeMs?: number | undefined;
}

export interface SignInsOptions {
  tokens: TokenService;
  sessions: AuthSessionRepository;
  clock: Clock;
  /** How long a sign-in lasts, in milliseconds. */
  sessionMs: number;
}

/** Makes sign-ins: the session that is looked up at each request, and the token that names it. */
export class SignIns {
  readonly #options: SignInsOptions;

  constructor(options: SignInsOptions) {
    this.#options = options;
  }

  async grant({ user, client, amr, steppedUp, lifetimeMs }: NewSignIn): Promise<Grant> {
    const { clock, sessions, tokens, sessionMs } = this.#options;
    const now = clock.now();
    // Tokens count in whole seconds.
    const expiresAt = Math.floor((now + (lifetimeMs ?? sessionMs)) / 1000) * 1000;
    const id = newId();
    const token = await tokens.sign({ type: "user", sessionId: id, userId: user.id, amr, expiresAt }, user);
    sessions.insert({
      id,
      userId: user.id,
      client,
      createdAt: now,
      lastUsedAt: now,
      expiresAt,
      revokedAt: null,
      amr,
      steppedUpAt: steppedUp ? now : null,
    });
    return { token, expiresAt: new Date(expiresAt).toISOString(), user };
  }
}
