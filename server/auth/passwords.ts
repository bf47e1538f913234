import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify(argon2);

/** What one derivation costs: memory in KiB, passes, lanes. */
interface Cost {
  memory: number;
  passes: number;
  parallelism: number;
}

/**
 * The least that OWASP's password storage cheat sheet takes for argon2id (19 MiB, 2 passes, 1 lane), about 50 ms here.
 * https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
 */
const cost: Cost = { memory: 19_456, passes: 2, parallelism: 1 };
/** Bytes, as RFC 9106 section 3.1 recommends. */
const saltLength = 16;
const tagLength = 32;
/** Derivations at once: each holds its memory and a thread that files are read with, too. */
const mostAtOnce = 2;

/** `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<tag>`, the PHC string format. */
const phcFormat =
  /^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,4}),p=(\d{1,3})\$([A-Za-z0-9+/]{1,200})\$([A-Za-z0-9+/]{1,200})$/;

/** Makes and checks password hashes (argon2id, RFC 9106). */
export class Passwords {
  /** What a password is checked against where there is none to check against: nothing matches it. */
  readonly #decoy = phc(cost, randomBytes(saltLength), randomBytes(tagLength));
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** @returns what to store, in PHC string format */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(saltLength);
    return phc(cost, salt, await this.#derive(password, salt, cost, tagLength));
  }

  /**
   * Whether the password is the stored one. Takes as long where none is stored, so that nobody learns who has an account.
   * @param stored what {@link hash} made; undefined where the person is unknown, disabled or has no password
   */
  async verify(password: string, stored: string | undefined): Promise<boolean> {
    const [, memory, passes, parallelism, salt = "", tag = ""] = phcFormat.exec(stored ?? this.#decoy) ?? [];
    const expected = Buffer.from(tag, "base64");
    if (expected.length === 0) return false;
    const paid = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
    const given = await this.#derive(password, Buffer.from(salt, "base64"), paid, expected.length);
    return timingSafeEqual(given, expected) && stored !== undefined;
  }

  async #derive(password: string, salt: Buffer, paid: Cost, length: number): Promise<Buffer> {
    if (this.#running >= mostAtOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      return await this.work(password, salt, paid, length);
    } finally {
      // Whoever waits takes over the place.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  /** The one place that a password is worked on; tests look at how often it is asked, and for what. */
  protected work(password: string, salt: Buffer, paid: Cost, length: number): Promise<Buffer> {
    // One spelling for what looks alike, as NIST SP 800-63B section 3.1.1.2 asks.
    const message = Buffer.from(password.normalize("NFKC"), "utf8");
    return derive("argon2id", { message, nonce: salt, tagLength: length, ...paid });
  }
}

function phc({ memory, passes, parallelism }: Cost, salt: Buffer, tag: Buffer): string {
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(tag)}`;
}

function base64(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
