import * as vscode from "vscode";
import type { ServerEvent } from "../../shared/entities/event.ts";
import { AppError } from "../../shared/errors.ts";
import { personalPages } from "../../shared/messages/settings-pages.ts";
import type { SettingsPageId, SettingsPlace } from "../../shared/messages/settings-panel.ts";
import type { PanelParts } from "./panel-frame.ts";
import { PanelSet } from "./panel-set.ts";
import type { SettingsMemory, SettingsPanel } from "./settings-panel.ts";

/** There is one panel. */
const theOne = "settings";

/** Every page by its id, for places that come from elsewhere. */
const pages: Record<SettingsPageId, SettingsPageId> = {
  connections: "connections",
  tenants: "tenants",
  people: "people",
  projects: "projects",
  sshKeys: "sshKeys",
  signIn: "signIn",
  sessions: "sessions",
};

/** The settings panel: one at most, brought back after a window reload, and opened again with what was not saved. */
export class SettingsPanels implements vscode.Disposable {
  /** Who signs the person in to GitHub. A test puts another in its place: nobody can sign in there. */
  accounts: Pick<typeof vscode.authentication, "getSession"> = vscode.authentication;
  readonly #parts: PanelParts;
  readonly #panels: PanelSet<SettingsPlace | null, SettingsPanel>;
  readonly #memory: SettingsMemory = { kept: null };

  constructor(parts: PanelParts) {
    this.#parts = parts;
    this.#panels = new PanelSet<SettingsPlace | null, SettingsPanel>({
      // As in shared/messages/settings-panel.ts, which is loaded with the panel.
      viewType: "aiops.settings",
      title: () => vscode.l10n.t("aiops Settings"),
      // A token half typed is nowhere but in the page: it must not go when another tab is looked at.
      webview: { enableFindWidget: true, retainContextWhenHidden: true },
      log: parts.log,
      keyOf: () => theOne,
      readPlace: () => null,
      create: async (webview, place) => {
        const { SettingsPanel } = await import("./settings-panel.ts");
        return new SettingsPanel(webview, { ...this.#parts, accounts: () => this.accounts }, place, this.#memory);
      },
      onClosed: () => void this.#offerUnsaved(),
    });
  }

  /**
   * Shows the settings, to who is no administrator the pages about themselves; brings them to the front where they are open.
   * @param target a page, and an item of it by id, as `{page: "connections", item: "con_1"}`; anything else leads to where
   * the person was
   * @throws AppError forbidden, where the page is for administrators
   */
  async open(target?: unknown): Promise<void> {
    const { user } = await this.#parts.connection.whenConnected();
    let place = placeOf(target);
    if (user.level !== "admin") {
      place ??= { page: "signIn", item: "" };
      if (!personalPages.includes(place.page)) {
        throw new AppError("forbidden", vscode.l10n.t("These settings are for administrators. Ask one of yours."));
      }
    }
    await this.#panels.open(place, (panel) => {
      if (place !== null) panel.go(place);
    });
  }

  /** Hears what the server says. */
  apply(event: ServerEvent): void {
    this.#panels.get(theOne)?.apply(event);
  }

  dispose(): void {
    this.#panels.dispose();
  }

  /** VS Code closes a panel without asking: what was typed is kept, and the person told so. */
  async #offerUnsaved(): Promise<void> {
    const { kept } = this.#memory;
    if (kept === null || kept.draft === null) return;
    const open = vscode.l10n.t("Open Again");
    const discard = vscode.l10n.t("Discard");
    const message = vscode.l10n.t("The settings were closed with changes that are not saved.");
    const chosen = await vscode.window.showWarningMessage(message, open, discard);
    if (chosen === discard) this.#memory.kept = null;
    if (chosen === open) await vscode.commands.executeCommand("aiops.openSettings");
  }
}

function placeOf(target: unknown): SettingsPlace | null {
  if (typeof target !== "object" || target === null) return null;
  const page: unknown = Reflect.get(target, "page");
  const item: unknown = Reflect.get(target, "item");
  const known = Object.values(pages).find((id) => id === page);
  return known === undefined ? null : { page: known, item: typeof item === "string" ? item : "" };
}
