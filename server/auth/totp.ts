import { createHmac, randomBytes } from "node:crypto";
import { sameSecret } from "../secrets/same-secret.ts";

/** Seconds a code is good for, and its digits: what every authenticator program assumes (RFC 6238 section 4). */
const period = 30;
const digits = 6;
/** Bytes of a secret: the length of the hash, as RFC 4226 section 4 recommends. */
const secretLength = 20;
/** Time steps before and after the present one that are taken: clocks differ. */
const window = 1;

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** A new secret, in base32 (RFC 4648) as authenticator programs take it. */
export function newTotpSecret(): string {
  let bits = "";
  for (const byte of randomBytes(secretLength)) bits += byte.toString(2).padStart(8, "0");
  return (bits.match(/.{5}/g) ?? []).map((five) => alphabet[Number.parseInt(five, 2)]).join("");
}

/** The address that authenticator programs read from a picture. https://github.com/google/google-authenticator/wiki/Key-Uri-Format */
export function totpAddress(secret: string, account: string): string {
  const label = `aiops:${encodeURIComponent(account)}`;
  return `otpauth://totp/${label}?secret=${secret}&issuer=aiops&algorithm=SHA1&digits=${digits}&period=${period}`;
}

/** The code of a time step (RFC 6238 with HMAC-SHA-1; RFC 4226 section 5.3). */
export function totpCode(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac("sha1", fromBase32(secret)).update(counter).digest();
  const offset = (hash.at(-1) ?? 0) & 0x0f;
  const number = (hash.readUInt32BE(offset) & 0x7f_ff_ff_ff) % 10 ** digits;
  return String(number).padStart(digits, "0");
}

/**
 * Which time step a code is of.
 * @param now milliseconds since the epoch
 * @param after steps up to this one are taken no more: each code is good once
 * @returns undefined for a wrong, old or used code
 */
export function matchTotp(secret: string, code: string, now: number, after: number): number | undefined {
  const present = Math.floor(now / 1000 / period);
  const steps = Array.from({ length: 2 * window + 1 }, (_, index) => present - window + index);
  return steps.filter((step) => step > after).find((step) => sameSecret(code, totpCode(secret, step)));
}

function fromBase32(text: string): Buffer {
  const bits = Array.from(text, (letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
