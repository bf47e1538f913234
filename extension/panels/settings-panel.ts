import * as vscode from "vscode";
import type { Outcome } from "../../shared/messages/panel.ts";
import { personalPages } from "../../shared/messages/settings-pages.ts";
import {
  settingsPages,
  toSettingsHost,
  toSettingsPanel,
  type SavedSettings,
  type SettingsPageId,
  type SettingsPlace,
  type SettingsReady,
  type SettingsState,
} from "../../shared/messages/settings-panel.ts";
import type { ServerEvent } from "../../shared/entities/event.ts";
import { AppError } from "../../shared/errors.ts";
import { requireItself } from "../connection/link.ts";
import type { Connected } from "../connection/state.ts";
import type { Accounts } from "./github-sign-in.ts";
import { LiveReading } from "./live-reading.ts";
import { commonHandlers, PanelFrame, panelLocale, panelSurroundings, trusted, type PanelParts } from "./panel-frame.ts";
import type { OpenPanel } from "./panel-set.ts";
import { connectionActions } from "./settings-connections.ts";
import { callOperation } from "./settings-operations.ts";
import { pageSources } from "./settings-page.ts";

export interface SettingsParts extends PanelParts {
  accounts: () => Accounts;
}

export interface SettingsMemory {
  /** What was not saved when the panel was closed last. */
  kept: SavedSettings | null;
}

/** A page's data with its name. */
type Shown = Pick<Extract<SettingsState, { kind: "loaded" }>, "page">;

/** The extension's side of the settings panel: reads what the chosen page shows, keeps it true, does what its forms ask. */
export class SettingsPanel implements OpenPanel {
  readonly #memory: SettingsMemory;
  readonly #frame: PanelFrame<typeof toSettingsHost, typeof toSettingsPanel>;
  readonly #sources: ReturnType<typeof pageSources>;
  readonly #reading: LiveReading<Shown>;
  readonly #closed = new AbortController();
  readonly #connection: SettingsParts["connection"];
  #page: SettingsPageId;
  #place: SettingsPlace | null;

  /**
   * @param place where the person wants to go; null for where they were
   * @param memory outlives the panel
   */
  constructor(panel: vscode.WebviewPanel, parts: SettingsParts, place: SettingsPlace | null, memory: SettingsMemory) {
    this.#memory = memory;
    this.#connection = parts.connection;
    this.#place = place;
    this.#page = place?.page ?? "connections";
    this.#sources = pageSources(parts);
    this.#reading = new LiveReading({
      connection: parts.connection,
      read: async (connected) => {
        if (!this.#offered(connected).includes(this.#page)) {
          throw new AppError("forbidden", vscode.l10n.t("The settings are for administrators. Ask one of yours."));
        }
        const page = this.#page;
        return { page, ...(await this.#sources[page].read(connected)) };
      },
      onRead: () => this.#sendState(),
      onConnection: () => {
        this.#sendOffer();
        this.#sendSurroundings();
      },
    });
    this.#frame = new PanelFrame({
      panel,
      parts,
      name: "settings",
      title: vscode.l10n.t("aiops Settings"),
      ours: toSettingsHost,
      theirs: toSettingsPanel,
      handlers: {
        ...commonHandlers,
        ...connectionActions({ ...parts, read: () => this.#reading.readAnew(), closed: this.#closed.signal }),
        ready: () => this.#ready(),
        refresh: () => this.#refresh(),
        openPage: ({ page }) => this.#openPage(page),
        call: trusted(async (call) => {
          try {
            const { request } = parts.connection;
            return { answer: await request((client) => callOperation(client, call, () => this.#requireItself(parts))) };
          } finally {
            await this.#reading.readAnew();
          }
        }),
        keep: (saved) => {
          memory.kept = saved;
        },
      },
    });
    const { model } = parts;
    this.#frame.follow(
      this.#reading,
      model.projects.onDidChange(() => this.#changed("project")),
      model.tenants.onDidChange(() => this.#changed("tenant")),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#sendSurroundings()),
    );
  }

  show(): void {
    this.#frame.show();
  }

  reveal(): void {
    this.#frame.reveal();
  }

  /** Leads the person to a place. */
  go(place: SettingsPlace): void {
    this.#frame.channel.tell("go", place);
  }

  /** Something was changed, by whomever. */
  apply({ entity }: ServerEvent): void {
    // Of projects and tenants the model tells, also when it was read anew.
    if (entity !== "project" && entity !== "tenant") this.#changed(entity);
  }

  dispose(): void {
    this.#closed.abort();
    this.#frame.dispose();
  }

  #ready(): SettingsReady {
    const place = this.#place;
    this.#place = null;
    this.#sendOffer();
    return { ...panelLocale(), kept: this.#memory.kept, place };
  }

  /** @throws AppError `unavailable` where it is not the server that would be given a secret */
  async #requireItself({ connection: { endpoint } }: SettingsParts): Promise<void> {
    if (endpoint === undefined) {
      throw new AppError("unavailable", vscode.l10n.t("The connection to the aiops server was cut. Try again."));
    }
    await requireItself(endpoint);
  }

  #openPage(page: SettingsPageId): void {
    if (page !== this.#page) this.#reading.forget();
    this.#page = page;
    this.#sendState();
    if (this.#reading.value === undefined) this.#reading.invalidate();
  }

  async #refresh(): Promise<Outcome> {
    await this.#reading.reconnect();
    await this.#reading.readAnew();
    return "done";
  }

  #changed(entity: ServerEvent["entity"]): void {
    const { entities } = this.#sources[this.#page];
    if (entity === "stream" || entities.includes(entity)) this.#reading.invalidate();
  }

  #sendState(): void {
    this.#frame.channel.tell("show", this.#state());
  }

  #state(): SettingsState {
    const { value, error, offlineSince } = this.#reading;
    const page = this.#page;
    if (error !== undefined) return { kind: "failed", page, message: error.message };
    if (value === undefined) return { kind: "loading", page };
    // The page's own source made it.
    return { kind: "loaded", ...value, ...panelSurroundings(offlineSince) } as SettingsState;
  }

  #offered({ user }: Connected): readonly SettingsPageId[] {
    return user.level === "admin" ? settingsPages : personalPages;
  }

  /** While nobody is signed in, what was offered stays: the pages say that the server is away. */
  #sendOffer(): void {
    const { state } = this.#connection;
    if (state.kind === "connected") this.#frame.channel.tell("offer", { pages: this.#offered(state) });
  }

  #sendSurroundings(): void {
    if (this.#reading.value === undefined) return;
    this.#frame.channel.tell("surroundings", panelSurroundings(this.#reading.offlineSince));
  }
}
