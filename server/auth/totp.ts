import { Secret, TOTP } from "otpauth";

/** Seconds a code is good for, and its digits: what every authenticator program assumes (RFC 6238 section 4). */
const period = 30;
const digits = 6;
/** Bytes of a secret: the length of the hash, as RFC 4226 section 4 recommends. */
const secretLength = 20;
/** Time steps before and after the present one that are taken: clocks differ. */
const window = 1;

/** A new secret, in base32 (RFC 4648) as authenticator programs take it. */
export function newTotpSecret(): string {
  return new Secret({ size: secretLength }).base32;
}

/** The address that authenticator programs read from a picture. https://github.com/google/google-authenticator/wiki/Key-Uri-Format */
export function totpAddress(secret: string, account: string): string {
  return generator(secret, account).toString();
}

/** The code of a time step (RFC 6238 with HMAC-SHA-1). */
export function totpCode(secret: string, step: number): string {
  return generator(secret).generate({ timestamp: step * period * 1000 });
}

/**
 * Which time step a code is of.
 * @param now milliseconds since the epoch
 * @param after steps up to this one are taken no more: each code is good once
 * @returns undefined for a wrong, old or used code
 */
export function matchTotp(secret: string, code: string, now: number, after: number): number | undefined {
  const delta = generator(secret).validate({ token: code, timestamp: now, window });
  if (delta === null) return undefined;
  const step = Math.floor(now / 1000 / period) + delta;
  return step > after ? step : undefined;
}

function generator(secret: string, label = "person"): TOTP {
  return new TOTP({ issuer: "aiops", label, algorithm: "SHA1", digits, period, secret: Secret.fromBase32(secret) });
}
