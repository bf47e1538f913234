import type { Clock } from "../../shared/clock.ts";
import type { User } from "../../shared/entities/user.ts";
import { AppError } from "../../shared/errors.ts";
import type { TokenScope } from "../../shared/rules/token-scopes.ts";
import type { EventBus } from "../events/bus.ts";
import type { Principal } from "../http/context.ts";
import { newId } from "../ids.ts";
import { sameSecret } from "../secrets/same-secret.ts";
import type { AccessTokenRepository, AccessTokenRow } from "./access-tokens.ts";
import { digestOf } from "./credentials.ts";
import type { TokenClaims, TokenService } from "./tokens.ts";

export interface PersonalTokensOptions {
  repository: AccessTokenRepository;
  tokens: TokenService;
  events: EventBus;
  clock: Clock;
}

export interface NewPersonalToken {
  name: string;
  scopes: readonly TokenScope[];
  days: number;
}

const amr = ["pat"];
const day = 86_400_000;
/** More is a sign of a script that makes a new one at each run. */
const mostTokens = 100;

/** Tokens for a person's scripts: scoped, expiring, shown once, revocable; they never administer or approve. */
export class PersonalTokens {
  readonly #options: PersonalTokensOptions;

  constructor(options: PersonalTokensOptions) {
    this.#options = options;
  }

  /** @throws AppError conflict where the person has very many already */
  async create(user: User, { name, scopes, days }: NewPersonalToken): Promise<{ token: string; row: AccessTokenRow }> {
    const { repository, tokens, clock } = this.#options;
    const now = clock.now();
    if (repository.listOf(user.id, now).length >= mostTokens) {
      throw new AppError("conflict", `You have ${mostTokens} personal access tokens. Delete those that nothing uses.`);
    }
    const id = newId();
    // Tokens count in whole seconds.
    const expiresAt = Math.floor((now + days * day) / 1000) * 1000;
    const token = await tokens.sign({ type: "personal", sessionId: id, userId: user.id, amr, expiresAt }, user);
    const row = { id, userId: user.id, name, scopes, digest: digestOf(token), createdAt: now, expiresAt };
    repository.insert(row);
    return { token, row: { ...row, lastUsedAt: null } };
  }

  list(userId: string): AccessTokenRow[] {
    return this.#options.repository.listOf(userId, this.#options.clock.now());
  }

  find(id: string): AccessTokenRow | undefined {
    return this.#options.repository.get(id);
  }

  /** Revokes at once: the next request fails and live streams close. @throws AppError not_found */
  remove(id: string): void {
    const { repository, events } = this.#options;
    if (repository.get(id) === undefined) throw new AppError("not_found", "There is no such token.");
    repository.remove(id);
    events.endSession(id);
  }

  /** What a token is good for; undefined where it was revoked, or is not the one that was given out. */
  use(claims: TokenClaims, token: string): Pick<Principal, "amr" | "steppedUpAt" | "scopes"> | undefined {
    const { repository, clock } = this.#options;
    const row = repository.get(claims.sessionId);
    if (row === undefined || row.userId !== claims.userId || !sameSecret(digestOf(token), row.digest)) return undefined;
    repository.touch(row, clock.now());
    return { amr, steppedUpAt: null, scopes: row.scopes };
  }
}
