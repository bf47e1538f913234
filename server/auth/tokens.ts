import { createHash } from "node:crypto";
import { errors, exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT, type CryptoKey, type JWK } from "jose";
import * as z from "zod";
import type { Clock } from "../../shared/clock.ts";
import type { User } from "../../shared/entities/user.ts";
import { AppError } from "../../shared/errors.ts";

/** Signs with this alone, and verifies nothing else. */
const algorithm = "RS256";
const audience = "aiops";

/** Where the private keys lie, encrypted. */
export interface SigningKeyStore {
  load(): Promise<JWK | undefined>;
  save(key: JWK): Promise<void>;
}

/** `user` is a sign-in, `personal` a personal access token. */
export const tokenTypes = ["user", "personal"] as const;
export type TokenType = (typeof tokenTypes)[number];

export interface TokenClaims {
  type: TokenType;
  /** `jti`: the sign-in, or the personal access token. */
  sessionId: string;
  userId: string;
  amr: readonly string[];
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

export interface TokenServiceOptions {
  keys: SigningKeyStore;
  /** `iss` of every token: this server and no other. */
  issuer: string;
  clock: Clock;
}

const payloadSchema = z.object({
  sub: z.string(),
  jti: z.string(),
  exp: z.number(),
  type: z.enum(tokenTypes),
  amr: z.array(z.string()),
});

interface KeyPair {
  id: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
  publicJwk: JWK;
}

/** Verified tokens remembered, so that a busy client costs one signature check; the session is still looked up each time. */
const cacheLimit = 2_000;

/** Makes and checks tokens of sign-ins and personal access tokens (JWT, RS256). What a token says is never enough: see AuthService. */
export class TokenService {
  readonly #options: TokenServiceOptions;
  readonly #verified = new Map<string, TokenClaims>();
  #pair: Promise<KeyPair> | undefined;

  constructor(options: TokenServiceOptions) {
    this.#options = options;
  }

  async sign(claims: TokenClaims, user: User): Promise<string> {
    const pair = await this.#keyPair();
    return new SignJWT({
      type: claims.type,
      amr: claims.amr,
      name: user.name,
      email: user.email,
      preferred_username: user.username,
      permission_level: user.level,
      groups: user.memberships.map(({ tenantId }) => tenantId),
    })
      .setProtectedHeader({ alg: algorithm, kid: pair.id, typ: "JWT" })
      .setIssuer(this.#options.issuer)
      .setAudience(audience)
      .setSubject(claims.userId)
      .setJti(claims.sessionId)
      .setIssuedAt(Math.floor(this.#options.clock.now() / 1000))
      .setExpirationTime(Math.floor(claims.expiresAt / 1000))
      .sign(pair.privateKey);
  }

  /** @throws AppError `unauthenticated` for a token that is not ours, altered, expired or of another kind */
  async verify(token: string): Promise<TokenClaims> {
    const cached = this.#verified.get(token);
    if (cached !== undefined) {
      if (cached.expiresAt > this.#options.clock.now()) return cached;
      this.#verified.delete(token);
      throw new AppError("unauthenticated", "The token has expired: sign in anew.");
    }
    const claims = await this.#check(token);
    if (this.#verified.size >= cacheLimit) {
      const oldest = this.#verified.keys().next().value;
      if (oldest !== undefined) this.#verified.delete(oldest);
    }
    this.#verified.set(token, claims);
    return claims;
  }

  /** The public keys, for others who check our tokens (RFC 7517). */
  async jwks(): Promise<{ keys: JWK[] }> {
    return { keys: [(await this.#keyPair()).publicJwk] };
  }

  async #check(token: string): Promise<TokenClaims> {
    const pair = await this.#keyPair();
    try {
      const { payload, protectedHeader } = await jwtVerify(token, pair.publicKey, {
        algorithms: [algorithm],
        issuer: this.#options.issuer,
        audience,
        typ: "JWT",
        currentDate: new Date(this.#options.clock.now()),
      });
      if (protectedHeader.kid !== pair.id) throw new Error("the token names another key");
      const { sub, jti, exp, amr, type } = payloadSchema.parse(payload);
      return { type, userId: sub, sessionId: jti, amr, expiresAt: exp * 1000 };
    } catch (error) {
      const expired = error instanceof errors.JWTExpired;
      throw new AppError(
        "unauthenticated",
        expired ? "The token has expired: sign in anew." : "The token is not valid: sign in anew.",
        {
          cause: error,
        },
      );
    }
  }

  /** Made on first use: a key of 2048 bits takes longer to generate than the server may take to start. */
  #keyPair(): Promise<KeyPair> {
    const pair = this.#pair ?? this.#loadKeyPair();
    this.#pair = pair;
    // A failure is not remembered: the next request tries again.
    pair.catch(() => {
      this.#pair = undefined;
    });
    return pair;
  }

  async #loadKeyPair(): Promise<KeyPair> {
    const stored = await this.#options.keys.load();
    const jwk = stored ?? (await this.#generate());
    const { kty, n, e } = jwk;
    const id = jwk.kid ?? thumbprint(jwk);
    const publicJwk: JWK = {
      ...(kty === undefined ? {} : { kty }),
      ...(n === undefined ? {} : { n }),
      ...(e === undefined ? {} : { e }),
      kid: id,
      alg: algorithm,
      use: "sig",
    };
    const [privateKey, publicKey] = await Promise.all([importJWK(jwk, algorithm), importJWK(publicJwk, algorithm)]);
    if (privateKey instanceof Uint8Array || publicKey instanceof Uint8Array) {
      throw new AppError(
        "internal",
        "The stored signing key is not an RSA key. Restore it from a backup, or remove it to sign everybody out.",
      );
    }
    return { id, privateKey, publicKey, publicJwk };
  }

  async #generate(): Promise<JWK> {
    const { privateKey } = await generateKeyPair(algorithm, { modulusLength: 2048, extractable: true });
    const jwk = await exportJWK(privateKey);
    const made = { ...jwk, alg: algorithm, kid: thumbprint(jwk) };
    await this.#options.keys.save(made);
    return made;
  }
}

function thumbprint(jwk: JWK): string {
  return createHash("sha256").update(`${jwk.kty}.${jwk.e}.${jwk.n}`).digest("base64url").slice(0, 16);
}
