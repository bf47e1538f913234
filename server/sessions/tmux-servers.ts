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

  async of(userId: string): Promise<TmuxSeat> {
    const { host, socket, serverId, linuxUserOf } = this.#options;
    const name = linuxUserOf(userId);
    const known = this.#seats.get(name);
    if (known) return known;
    const user = await host.as(name);
    const seat = { user, tmux: new Tmux(user, { socket, serverId }) };
    // Another call may have made it meanwhile; all must share one.
    const made = this.#seats.get(name) ?? seat;
    this.#seats.set(name, made);
    return made;
  }

  /** The seats of these people, each once. */
  async all(userIds: Iterable<string>): Promise<TmuxSeat[]> {
    const seats = new Set<TmuxSeat>();
    for (const userId of new Set(userIds)) seats.add(await this.of(userId));
    return [...seats];
  }
}
