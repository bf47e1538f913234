export interface IdleClockOptions {
  /** Minutes without a client after which `onIdle` is called; 0 never. */
  minutes: number;
  /** Whether something still needs the server, as an open stream or a running session. */
  isBusy: () => boolean;
  onIdle: () => void;
}

/** Ends a personal server some minutes after its last client, so that it does not stay for ever. */
export class IdleClock {
  readonly #options: IdleClockOptions;
  readonly #timer: NodeJS.Timeout | undefined;
  #lastUse = performance.now();

  constructor(options: IdleClockOptions) {
    this.#options = options;
    if (options.minutes <= 0) return;
    const limit = options.minutes * 60_000;
    this.#timer = setInterval(() => this.#look(limit), Math.min(limit, 60_000) / 4);
    this.#timer.unref();
  }

  touch(): void {
    this.#lastUse = performance.now();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(limit: number): void {
    if (this.#options.isBusy()) {
      this.touch();
      return;
    }
    if (performance.now() - this.#lastUse < limit) return;
    this.stop();
    this.#options.onIdle();
  }
}
