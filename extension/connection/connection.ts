import * as vscode from "vscode";
import type { Client } from "../../shared/contract/client.ts";
import type { ServerEvent } from "../../shared/entities/event.ts";
import { AppError, errorMessage } from "../../shared/errors.ts";
import { abortable } from "./abortable.ts";
import { backoff } from "./backoff.ts";
import { discover, personalEndpoint, type Endpoint } from "./discover.ts";
import { authorized, openLink, type Link } from "./link.ts";
import { needsPerson, obstacleOf } from "./obstacles.ts";
import type { Places } from "./places.ts";
import { startServer, stopServer } from "./server-process.ts";
import { SignedOut } from "./signed-out.ts";
import type { Connected, ConnectionState, ServerKind } from "./state.ts";
import type { AskForProof } from "./step-up.ts";
import { forgetToken, keepToken, type Grant } from "./tokens.ts";
import { checkVersions } from "./version.ts";

export type Request = <T>(call: (client: Client) => Promise<T>) => Promise<T>;

/** What hears of everything the server says; the model. */
export interface Listener {
  /** Reads everything anew: at the start, and where what was missed can't be told. */
  reload(request: Request): Promise<void>;
  apply(event: ServerEvent): void;
}

export interface ConnectionOptions {
  secrets: vscode.SecretStorage;
  /** Kept for the person, over all windows. */
  memory: vscode.Memento;
  log: vscode.LogOutputChannel;
  places: Places;
  /** The address a person configured, read anew at each attempt; empty for none. */
  configuredUrl: () => string;
  serverProgram: string;
  extensionVersion: string;
  listener: Listener;
  /** Asks who the person is, once more, where the server wants that. */
  askForProof: AskForProof;
}

/** How often an attempt failed, and how often an own server was started, since a connection last held. */
interface Row {
  failures: number;
  starts: number;
}

/** A connection that held this long was a good one: the next attempt starts without a long wait. */
const steadyMs = 20_000;
/** Own servers that end at once, in a row, before the person is asked instead of starting another. */
const mostStarts = 4;
/** Failed attempts to come back before the views say so. */
const quietFailures = 3;
/** What a server may take to sign a person in, and to answer what they have. */
const patienceMs = 15_000;
/** An own server without clients or sessions ends after this time. */
const idleMinutes = 10;

/**
 * The one way to the server: finds or starts it, signs in, keeps one live stream, and comes back by itself when that
 * ends. What it can't mend it says in its state, and waits for {@link retry}.
 */
export class Connection implements vscode.Disposable {
  readonly #options: ConnectionOptions;
  readonly #changed = new vscode.EventEmitter<ConnectionState>();
  readonly onDidChangeState = this.#changed.event;
  readonly #stopped = new AbortController();
  readonly #signedOut: SignedOut;
  #state: ConnectionState = { kind: "connecting", step: vscode.l10n.t("Looking for the server") };
  #link: Link | undefined;
  #endpoint: Endpoint | undefined;
  #lastSeen: { run: string; id: string } | undefined;
  #attempt = new AbortController();
  #wake: (() => void) | undefined;
  #started = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#signedOut = new SignedOut(options.memory);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Begins to connect and returns at once. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    void this.#supervise();
  }

  /** Connects now: after the person changed something, or asked for it. */
  retry(): void {
    this.#lastSeen = undefined;
    this.#set({ kind: "connecting", step: vscode.l10n.t("Looking for the server") });
    this.#attempt.abort();
    this.#wake?.();
    this.start();
  }

  /** Ends the person's own server, if one runs, and connects to a new one. */
  async restartServer(): Promise<void> {
    await stopServer(this.#options.places);
    this.retry();
  }

  /** The server that was found last; undefined before. */
  get endpoint(): Endpoint | undefined {
    return this.#endpoint;
  }

  /** Connects as whoever the host, or what is kept, says the person is; after they signed out as well. */
  async signIn(): Promise<void> {
    await this.#signedOut.forget();
    this.retry();
  }

  /** Keeps a token of the server that was found last, and connects with it. */
  async signInWith(grant: Grant): Promise<void> {
    if (this.#endpoint === undefined) throw noServerYet();
    await keepToken(this.#options.secrets, this.#endpoint.url, grant);
    await this.signIn();
  }

  /** Ends this window's sign-in at the server, and makes no other until {@link signIn}. */
  async signOut(): Promise<void> {
    if (this.#link === undefined) throw noServerYet();
    const { endpoint } = this.#link;
    await authorized(this.#link, (client) => client.auth.logout());
    await forgetToken(this.#options.secrets, endpoint.url);
    await this.#signedOut.remember(endpoint.url);
    this.retry();
  }

  /** The token of this moment; undefined where there is no connection. */
  async token(): Promise<string | undefined> {
    return this.#link?.tokens.token();
  }

  /**
   * Makes a request, as soon as there is a connection; a token that was revoked or has ended meanwhile is renewed once.
   * @throws AppError why there is no connection, else what the server answered
   */
  readonly request: Request = async (call) => {
    if (this.#link === undefined) await this.whenConnected();
    if (this.#link === undefined) {
      throw new AppError("unavailable", vscode.l10n.t("The connection to the aiops server was cut. Try again."));
    }
    const link = this.#link;
    try {
      return await authorized(link, call);
    } catch (error) {
      // What the person brought has ended, and only they can bring more: the views say so.
      if (error instanceof AppError && error.code === "unauthenticated" && this.#link === link) this.retry();
      throw error;
    }
  };

  /** Waits until connected. @throws AppError why that is not possible, or `cancelled` */
  whenConnected(signal?: AbortSignal): Promise<Connected> {
    return new Promise((resolve, reject) => {
      const settle = (state: ConnectionState): boolean => {
        if (state.kind === "connected") resolve(state);
        else if (state.kind === "disconnected") reject(state.error);
        else return false;
        return true;
      };
      this.start();
      if (settle(this.#state)) return;
      const subscription = this.onDidChangeState((state) => {
        if (settle(state)) subscription.dispose();
      });
      signal?.addEventListener("abort", () => {
        subscription.dispose();
        reject(new AppError("cancelled", "Cancelled."));
      });
    });
  }

  dispose(): void {
    this.#stopped.abort();
    this.#attempt.abort();
    this.#wake?.();
    this.#changed.dispose();
  }

  #set(state: ConnectionState): void {
    if (this.#stopped.signal.aborted) return;
    this.#state = state;
    this.#changed.fire(state);
  }

  async #supervise(): Promise<void> {
    const row: Row = { failures: 0, starts: 0 };
    while (!this.#stopped.signal.aborted) {
      const since = Date.now();
      this.#attempt = new AbortController();
      const signal = AbortSignal.any([this.#stopped.signal, this.#attempt.signal]);
      try {
        const { link, connected } = await abortable(signal, this.#connect(signal, row));
        this.#link = link;
        await abortable(signal, this.#live(link, connected, signal));
      } catch (error) {
        if (!signal.aborted) this.#report(asAppError(error), row);
      }
      const steady = this.#link !== undefined && Date.now() - since > steadyMs;
      this.#link = undefined;
      if (steady) Object.assign(row, { failures: 0, starts: 0 });
      if (!this.#attempt.signal.aborted) {
        await this.#pause(this.#waitsForPerson() ? undefined : backoff(row.failures, Math.random()));
        row.failures += 1;
      }
      if (this.#attempt.signal.aborted) Object.assign(row, { failures: 0, starts: 0 });
    }
  }

  async #connect(signal: AbortSignal, row: Row): Promise<{ link: Link; connected: Connected }> {
    const { configuredUrl, places, extensionVersion, log, secrets, askForProof } = this.#options;
    this.#endpoint = undefined;
    this.#step(vscode.l10n.t("Looking for the server"));
    const found = await discover(configuredUrl(), places);
    const endpoint = found ?? (await this.#startServer(signal, row));
    this.#endpoint = endpoint;
    this.#signedOut.refuse(endpoint);
    this.#step(vscode.l10n.t("Signing in"));
    const patience = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
    const link = await abortable(patience, openLink(endpoint, { secrets, askForProof }));
    const me = await abortable(
      patience,
      authorized(link, (client) => client.auth.me(undefined, { signal: patience })),
    );
    checkVersions(extensionVersion, me.version);
    log.info(`connected to ${endpoint.url}, version ${me.version}, as ${me.user.username}`);
    const { server, url } = endpoint;
    const { version, mode, user, sessionId } = me;
    return { link, connected: { kind: "connected", server, url, version, mode, user, sessionId } };
  }

  async #startServer(signal: AbortSignal, row: Row): Promise<Endpoint> {
    const { places, log, serverProgram } = this.#options;
    if (row.starts >= mostStarts) {
      throw new AppError(
        "unavailable",
        vscode.l10n.t("The aiops server ended {0} times in a row. Its log says why.", row.starts),
        { data: { logFile: places.logFile } },
      );
    }
    row.starts += 1;
    this.#step(vscode.l10n.t("Starting the server"));
    log.info("no server runs: starting one");
    return personalEndpoint(await startServer({ program: serverProgram, places, idleMinutes, signal }));
  }

  /** Hears the stream until it ends. */
  async #live(link: Link, connected: Connected, signal: AbortSignal): Promise<void> {
    const { listener, log } = this.#options;
    const { run } = link.endpoint;
    const resumeAfter = this.#lastSeen?.run === run ? this.#lastSeen.id : undefined;
    let read = resumeAfter !== undefined;
    for await (const { event, id } of link.remote.events(signal, resumeAfter)) {
      // A stream that was given up may still have something to say.
      if (signal.aborted) return;
      if (event.type === "stream.reset") read = false;
      if (event.type !== "stream.reset" && event.type !== "stream.ready") listener.apply(event);
      else if (!read) {
        const reading = listener.reload((call) => authorized(link, call));
        await abortable(AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]), reading);
        read = true;
      }
      if (this.#state.kind !== "connected") this.#set(connected);
      if (id !== undefined) this.#lastSeen = { run, id };
    }
    log.info("the server closed the live stream");
    if (this.#state.kind === "connected") this.#set({ kind: "reconnecting", last: this.#state });
  }

  /** What is tried again by itself goes on behind what is shown, until it works or the person asks for it. */
  #step(step: string): void {
    if (this.#state.kind === "connecting") this.#set({ kind: "connecting", step });
  }

  #report(error: AppError, row: Row): void {
    this.#options.log.warn(`not connected: ${error.code}: ${error.message}`);
    const state = this.#state;
    if (error.data["inUse"] === true) row.starts = 0;
    if (state.kind === "connected") this.#set({ kind: "reconnecting", last: state });
    else if (state.kind !== "reconnecting" || row.failures >= quietFailures || needsPerson(error)) {
      this.#set({ kind: "disconnected", obstacle: obstacleOf(error), server: this.#kind(error), error });
    }
  }

  /** Whose server it is that can't be reached. */
  #kind(error: AppError): ServerKind {
    if (error.data["sharedServer"] === true) return "shared";
    return this.#endpoint?.server ?? (this.#options.configuredUrl() === "" ? "personal" : "configured");
  }

  #waitsForPerson(): boolean {
    return this.#state.kind === "disconnected" && needsPerson(this.#state.error);
  }

  async #pause(milliseconds: number | undefined): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = milliseconds === undefined ? undefined : setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}

function noServerYet(): AppError {
  return new AppError("unavailable", vscode.l10n.t("There is no connection to an aiops server. Connect first."));
}

function asAppError(error: unknown): AppError {
  return error instanceof AppError ? error : new AppError("unavailable", errorMessage(error), { cause: error });
}
