import type * as vscode from "vscode";
import type { Connected } from "../connection/state.ts";
import type { Connection } from "../connection/connection.ts";
import { AppError, errorMessage } from "../../shared/errors.ts";

export interface LiveReadingOptions<T> {
  connection: Pick<Connection, "state" | "onDidChangeState" | "whenConnected" | "retry">;
  read: (connected: Connected) => Promise<T>;
  /** What was read, or why it could not be, is another now. */
  onRead: () => void;
  /** The server came or went. */
  onConnection: () => void;
}

/** Something of the server's that a panel shows: read when it may have changed, kept in sight while the server is away. */
export class LiveReading<T> implements vscode.Disposable {
  readonly #options: LiveReadingOptions<T>;
  readonly #subscription: vscode.Disposable;
  #value: T | undefined;
  #error: AppError | undefined;
  #offlineSince: string | null = null;
  #reading: Promise<void> | undefined;
  #stale = false;
  #generation = 0;
  #disposed = false;

  constructor(options: LiveReadingOptions<T>) {
    this.#options = options;
    this.#subscription = options.connection.onDidChangeState(() => this.#connectionChanged());
  }

  /** What was read last; undefined before. */
  get value(): T | undefined {
    return this.#value;
  }

  /** Why it can't be shown. */
  get error(): AppError | undefined {
    return this.#error;
  }

  /** Since when (ISO 8601) the server is away and the value may be old. */
  get offlineSince(): string | null {
    return this.#offlineSince;
  }

  /** Reads anew; changes while it is read are read once more after it. */
  invalidate(): void {
    this.#stale = true;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
  }

  /** Reads anew and waits for it. */
  async readAnew(): Promise<void> {
    this.invalidate();
    await this.#reading;
  }

  /** Forgets what was read: something else is wanted from now on. */
  forget(): void {
    this.#value = undefined;
    this.#error = undefined;
    this.#generation += 1;
  }

  /** Waits for the server, which is looked for anew where it was given up. */
  async reconnect(): Promise<void> {
    const { connection } = this.#options;
    if (connection.state.kind === "disconnected") connection.retry();
    await connection.whenConnected();
  }

  dispose(): void {
    this.#disposed = true;
    this.#subscription.dispose();
  }

  #connectionChanged(): void {
    const { state } = this.#options.connection;
    if (state.kind === "connected") {
      this.#offlineSince = null;
      this.invalidate();
    } else if (this.#value !== undefined) {
      this.#offlineSince ??= new Date().toISOString();
    } else if (state.kind === "disconnected") {
      this.#error = state.error;
      this.#options.onRead();
    }
    this.#options.onConnection();
  }

  async #read(): Promise<void> {
    const { connection, read } = this.#options;
    while (this.#stale) {
      this.#stale = false;
      const generation = this.#generation;
      try {
        const value = await read(await connection.whenConnected());
        if (generation !== this.#generation) continue;
        this.#value = value;
        this.#error = undefined;
      } catch (error) {
        if (generation !== this.#generation) continue;
        this.#fail(error instanceof AppError ? error : new AppError("internal", errorMessage(error), { cause: error }));
      }
    }
    // The panel may have been closed while the server answered: nobody is there to be told.
    if (!this.#disposed) this.#options.onRead();
  }

  #fail(error: AppError): void {
    // What one may not see any more does not stay in sight.
    if (error.code === "forbidden") this.#value = undefined;
    // While the server is away what was read stays in sight, marked as old.
    this.#error = this.#value !== undefined && this.#offlineSince !== null ? undefined : error;
  }
}
