import type { Clock } from "../../shared/clock.ts";
import type { User } from "../../shared/entities/user.ts";
import { AppError } from "../../shared/errors.ts";
import { challengeName } from "../../shared/rules/host-challenge.ts";
import { newId } from "../ids.ts";
import type { ChallengeDirectory, Made } from "./challenge-directory.ts";
import { uidOfPeer, type Ends } from "./peer.ts";

export interface HostSignInOptions {
  directory: ChallengeDirectory;
  clock: Clock;
  /** The account name of a uid; undefined where this host has none. */
  accountOf: (uid: number) => Promise<string | undefined>;
  /** The active person who works as a Linux user here; undefined where that is nobody. */
  personOf: (linuxUser: string) => Promise<User | undefined>;
  /** On a shared host root is nobody: a socket that root made for somebody shows uid 0, too. */
  allowRoot: boolean;
}

export interface Challenge {
  id: string;
  /** Absolute path of the directory to be made. */
  directory: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

interface Pending {
  name: string;
  linuxUser: string;
  madeAt: number;
  expiresAt: number;
}

/** Milliseconds a challenge is good for. */
const lifetimeMs = 10_000;
/** Challenges kept at a time. */
const mostPending = 10_000;
/** Milliseconds that times in a file system may lag behind the clock: they are taken at the kernel's tick (at least 100 Hz). */
const tick = 20;

/**
 * Who somebody on this host is, without a password (after HTCondor's FS method): whoever can make a directory under an
 * unguessable name is the Linux user it belongs to, if their connection is that user's as well. A directory, because a
 * file can be another's by a hard link; the connection, because otherwise a program in the middle could have it made.
 */
export class HostSignIn {
  readonly #options: HostSignInOptions;
  readonly #pending = new Map<string, Pending>();

  constructor(options: HostSignInOptions) {
    this.#options = options;
  }

  /** Names the directory to be made. It says nothing of whether there is such a user. */
  async challenge({ linuxUser, nonce }: { linuxUser: string; nonce: string }, ends: Ends): Promise<Challenge> {
    const { clock, directory } = this.#options;
    const name = await challengeName({ nonce, linuxUser, address: ends.localAddress, port: ends.localPort });
    const madeAt = clock.now();
    const expiresAt = madeAt + lifetimeMs;
    await this.#sweep(madeAt);
    const id = newId();
    this.#pending.set(id, { name, linuxUser, madeAt, expiresAt });
    return { id, directory: `${directory.path}/${name}`, expiresAt };
  }

  /**
   * Looks at what was made. A challenge is good once, whatever comes of it.
   * @throws AppError unauthenticated saying which check it failed; forbidden where nobody here works as that Linux user
   */
  async verify(challengeId: string, ends: Ends): Promise<User> {
    const pending = this.#pending.get(challengeId);
    this.#pending.delete(challengeId);
    if (pending === undefined) throw refused("this server knows no such challenge, or it was used already");
    try {
      return await this.#check(pending, ends);
    } finally {
      await this.#options.directory.clear(pending.name);
    }
  }

  async #check(pending: Pending, ends: Ends): Promise<User> {
    const { directory, clock, accountOf, personOf, allowRoot } = this.#options;
    if (clock.now() > pending.expiresAt) throw refused("the challenge has expired");
    const made = await directory.look(pending.name);
    const wrong = wrongWith(made, pending);
    if (made === undefined || wrong !== undefined) throw refused(wrong ?? "the directory was not made");
    if (made.uid === 0 && !allowRoot) throw refused("root is nobody here: sign in as the person you are");
    if ((await uidOfPeer(ends)) !== made.uid) throw refused("the connection is not that of the directory's owner");
    if ((await accountOf(made.uid)) !== pending.linuxUser) {
      throw refused(`the directory belongs to another user than ${pending.linuxUser}`);
    }
    const person = await personOf(pending.linuxUser);
    if (person !== undefined) return person;
    throw new AppError(
      "forbidden",
      `Nobody in aiops works as the Linux user ${pending.linuxUser}. An administrator adds you, or sets the Linux user of your record.`,
    );
  }

  async #sweep(now: number): Promise<void> {
    for (const [id, { name, expiresAt }] of this.#pending) {
      // In the order of their making: the rest is younger.
      if (expiresAt >= now && this.#pending.size < mostPending) return;
      this.#pending.delete(id);
      await this.#options.directory.clear(name);
    }
  }
}

function wrongWith(made: Made | undefined, { madeAt }: Pending): string | undefined {
  if (made === undefined) return "the directory was not made";
  if (!made.isDirectory) return "what stands there is not a directory";
  if (made.mode !== 0o700)
    return `the directory has the mode ${made.mode.toString(8).padStart(4, "0")} instead of 0700`;
  if (made.madeAt < madeAt - tick) return "the directory is older than the challenge";
  return undefined;
}

function refused(why: string): AppError {
  return new AppError(
    "unauthenticated",
    `Host identity was refused: ${why}. Sign in anew, or with e-mail and password.`,
  );
}
