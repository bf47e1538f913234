import { AppError } from "../../shared/errors.ts";
import type { Host, HostUser } from "../host/host.ts";
import { Tmux, type TmuxConfig } from "../host/tmux.ts";

export interface TmuxServersOptions extends TmuxConfig {
  host: Host;
  /** The Linux user of a person. @throws AppError `forbidden` where there is none */
  linuxUserOf: (userId: string) => string;
}

/** A person's tmux server, and the person's account it runs under. */
export interface TmuxSeat {
  user: HostUser;
  tmux: Tmux;
}

/** A person whose sessions can't be asked for, and why. */
export interface Unreached {
  userId: string;
  reason: string;
}

/** One tmux server for each Linux user that has sessions. */
export class TmuxServers {
  readonly #options: TmuxServersOptions;
  readonly #seats = new Map<string, TmuxSeat>();

  constructor(options: TmuxServersOptions) {
    this.#options = options;
  }

  get socket(): string {
    return this.#options.socket;
  }

  /** @throws AppError `forbidden` where the person has no account here, or nothing can be done as it */
  async of(userId: string): Promise<TmuxSeat> {
    const { host, socket, serverId, linuxUserOf } = this.#options;
    const name = linuxUserOf(userId);
    const user = await host.as(name);
    const known = this.#seats.get(name);
    // An account that was changed is another user.
    if (known?.user === user) return known;
    const seat = { user, tmux: new Tmux(user, { socket, serverId }) };
    this.#seats.set(name, seat);
    return seat;
  }

  /** The seats of these people, each once, and the people whose seat can't be had now. */
  async all(userIds: Iterable<string>): Promise<{ seats: ReadonlyMap<TmuxSeat, Set<string>>; unreached: Unreached[] }> {
    const seats = new Map<TmuxSeat, Set<string>>();
    const unreached: Unreached[] = [];
    for (const userId of new Set(userIds)) {
      try {
        const seat = await this.of(userId);
        seats.set(seat, (seats.get(seat) ?? new Set()).add(userId));
      } catch (error) {
        // One person's account is no reason to leave the others alone.
        if (!(error instanceof AppError)) throw error;
        unreached.push({ userId, reason: error.message });
      }
    }
    return { seats, unreached };
  }
}
