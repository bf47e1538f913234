import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "../../shared/errors.ts";
import { ascending, type Accounts } from "./accounts.ts";
import { HelperClient, NotBegun, type CallOptions } from "./helper-client.ts";
import type { Host, HostIdentity, HostUser } from "./host.ts";
import { createLocalHost } from "./local.ts";
import { createRemoteUser } from "./remote-user.ts";
import { noSuchAccount } from "./sudo-errors.ts";

export interface SharedHostOptions {
  /** The server's own environment, for what it does as its own user. */
  environment: Readonly<Record<string, string | undefined>>;
  accounts: Accounts;
  /** Absolute path of the installed helper's launcher. */
  program: string;
  /** Milliseconds without a call after which a helper ends. */
  idleMs: number;
}

/** A host that can be closed: its helpers end. */
export interface SharedHost extends Host {
  /** The process ids of the helpers that run, by Linux user. */
  helpers(): Promise<ReadonlyMap<string, number>>;
  close(): Promise<void>;
}

/**
 * The host of the shared mode: a warm helper for each Linux user, started over sudo when it is first needed, again
 * after it ended or the user's groups changed. What the server does as its own user needs no helper. Nothing is ever
 * done as another user than the one that was named.
 */
export function createSharedHost(options: SharedHostOptions): SharedHost {
  const local = createLocalHost({ environment: options.environment });
  const seats = new Map<string, HelperSeat>();
  let closed = false;
  return {
    currentUser: local.currentUser,
    async as(linuxUser) {
      if (linuxUser === local.currentUser) return local.as(linuxUser);
      if (closed) throw new AppError("unavailable", "The server is shutting down. Try again in a moment.");
      const identity = await options.accounts.byName(linuxUser);
      const known = seats.get(linuxUser);
      if (identity !== null && known?.isOf(identity) === true) return known.user;
      // The account is gone, or another one has its name now: its helper is of no use to anybody.
      void known?.close();
      seats.delete(linuxUser);
      if (identity === null) throw noSuchAccount(linuxUser);
      const seat = new HelperSeat(identity, local.currentUser, options);
      seats.set(linuxUser, seat);
      return seat.user;
    },
    helpers: async () => {
      const pids = await Promise.all([...seats].map(async ([name, seat]) => [name, await seat.pid()] as const));
      return new Map(pids.flatMap(([name, pid]) => (pid === null ? [] : [[name, pid] as const])));
    },
    async close() {
      closed = true;
      await Promise.all([...seats.values()].map((seat) => seat.close()));
    },
  };
}

/** Calls at once; more wait here, so that no helper ever has to refuse one. */
const parallel = 64;
/** What a helper gets to end what it runs, and itself. */
const closeMs = 7_000;

/** How long a start that failed is not tried again, at first and at most: sudo logs each, and mails some. */
const holdMs = { first: 250, longest: 10_000 };

/** One Linux user's place: its helper, where one runs, and who waits for it. */
class HelperSeat {
  readonly user: HostUser;
  readonly #identity: HostIdentity;
  readonly #service: string;
  readonly #options: SharedHostOptions;
  readonly #queue: (() => void)[] = [];
  #calls = 0;
  #client: HelperClient | undefined;
  #starting: Promise<HelperClient> | undefined;
  /** Why it could not be started, and until when that stands (performance.now()). */
  #refusal: { error: unknown; holdMs: number; until: number } | undefined;
  #closed = false;

  constructor(identity: HostIdentity, service: string, options: SharedHostOptions) {
    this.#identity = identity;
    this.#service = service;
    this.#options = options;
    this.user = createRemoteUser(identity, (verb, args, hooks) => this.#call(verb, args, hooks));
  }

  /** Whether the account is still the one this place was made for. */
  isOf({ uid, gid, home, shell }: HostIdentity): boolean {
    const own = this.#identity;
    return own.uid === uid && own.gid === gid && own.home === home && own.shell === shell;
  }

  async pid(): Promise<number | null> {
    return this.#client && !this.#client.isOver ? (await this.#client.ready).pid : null;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const client = this.#client;
    client?.close();
    // One that is stuck is left: it sees that its input is closed when it comes to.
    await Promise.race([client?.gone, delay(closeMs, undefined, { ref: false })]);
  }

  async #call(verb: string, args: readonly unknown[], hooks: CallOptions): Promise<unknown> {
    await this.#turn();
    try {
      for (;;) {
        const client = await this.#helper();
        try {
          return await client.call(verb, args, hooks);
        } catch (error) {
          // It ended itself, idle, as this was asked: a new one takes it.
          if (!(error instanceof NotBegun)) throw error;
        }
      }
    } finally {
      this.#calls -= 1;
      this.#queue.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    if (this.#calls >= parallel) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#queue.push(resolve);
      await promise;
    }
    this.#calls += 1;
  }

  /** The helper that runs, where it still has the rights its user has; else a new one. */
  async #helper(): Promise<HelperClient> {
    if (this.#closed) {
      const message = `The account ${this.#identity.name} changed, or the server is shutting down. Try again.`;
      throw new AppError("unavailable", message);
    }
    // One that just starts is nobody's before it was looked at.
    if (this.#starting) return this.#starting;
    const client = this.#client;
    if (client && !client.isOver && (await this.#hasPresentGroups(client))) return client;
    if (this.#refusal && performance.now() < this.#refusal.until) throw this.#refusal.error;
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #hasPresentGroups(client: HelperClient): Promise<boolean> {
    const [{ groups, gid }, present] = await Promise.all([
      client.ready,
      this.#options.accounts.groups(this.#identity.name),
    ]);
    return ascending([...new Set([...groups, gid])]).join() === present.join();
  }

  async #start(): Promise<HelperClient> {
    const before = this.#client;
    const { program, idleMs } = this.#options;
    const client = new HelperClient({ service: this.#service, user: this.#identity.name, program, idleMs });
    this.#client = client;
    // What the old one still works on, it works on with the groups it had.
    if (before && !before.isOver) before.retire();
    try {
      this.#check(await client.ready);
    } catch (error) {
      client.close();
      const next = Math.min((this.#refusal?.holdMs ?? holdMs.first / 2) * 2, holdMs.longest);
      this.#refusal = { error, holdMs: next, until: performance.now() + next };
      throw error;
    }
    this.#refusal = undefined;
    return client;
  }

  #check({ uid, name }: HostIdentity): void {
    if (uid === this.#identity.uid && name === this.#identity.name) return;
    const wanted = `${this.#identity.name} (${this.#identity.uid})`;
    const message = `sudo started a helper for ${name} (${uid}) where ${wanted} was asked for; it was ended.`;
    throw new AppError("forbidden", message);
  }
}
