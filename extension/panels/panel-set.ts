import * as vscode from "vscode";
import { AppError } from "../../shared/errors.ts";

/** A panel that is open. */
export interface OpenPanel extends vscode.Disposable {
  /** Fills it. */
  show(): void;
  reveal(): void;
}

export interface PanelSetOptions<Place, Panel extends OpenPanel> {
  viewType: string;
  title: () => string;
  webview: vscode.WebviewPanelOptions;
  log: vscode.LogOutputChannel;
  /** Places of one key share a panel. */
  keyOf: (place: Place) => string;
  /** Reads what a page kept, which is not trusted. @throws AppError invalid_input */
  readPlace: (saved: unknown) => Place;
  /** Loads the panel's code, and makes it around its webview. */
  create: (webview: vscode.WebviewPanel, place: Place) => Promise<Panel>;
  /** A panel was closed by the person. */
  onClosed?: () => void;
}

/** The open panels of one view type, at most one for each key; brought back after a window reload. */
export class PanelSet<Place, Panel extends OpenPanel> implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #options: PanelSetOptions<Place, Panel>;
  readonly #panels = new Map<string, Panel>();
  readonly #registration: vscode.Disposable;
  #ending = false;

  constructor(options: PanelSetOptions<Place, Panel>) {
    this.#options = options;
    this.#registration = vscode.window.registerWebviewPanelSerializer(options.viewType, this);
  }

  get(key: string): Panel | undefined {
    return this.#panels.get(key);
  }

  /** Shows a place; a panel that is open comes to the front. @param again told to a panel that is open already */
  async open(place: Place, again?: (panel: Panel) => void): Promise<void> {
    const { viewType, title, webview, keyOf } = this.#options;
    const open = this.#panels.get(keyOf(place));
    if (open !== undefined) {
      open.reveal();
      again?.(open);
      return;
    }
    const where = { viewColumn: vscode.ViewColumn.Active, preserveFocus: false };
    await this.#take(vscode.window.createWebviewPanel(viewType, title(), where, webview), place);
  }

  async deserializeWebviewPanel(webview: vscode.WebviewPanel, saved: unknown): Promise<void> {
    try {
      await this.#take(webview, this.#options.readPlace(saved));
    } catch (error) {
      // What the page kept is not trusted: a panel of nothing is closed.
      if (!(error instanceof AppError)) throw error;
      this.#options.log.warn(`a panel of ${this.#options.viewType} could not be restored: ${error.message}`);
      webview.dispose();
    }
  }

  dispose(): void {
    this.#ending = true;
    this.#registration.dispose();
    for (const panel of this.#panels.values()) panel.dispose();
  }

  async #take(webview: vscode.WebviewPanel, place: Place): Promise<void> {
    const panel = await this.#options.create(webview, place);
    const key = this.#options.keyOf(place);
    this.#panels.set(key, panel);
    webview.onDidDispose(() => {
      if (this.#panels.get(key) === panel) this.#panels.delete(key);
      panel.dispose();
      if (!this.#ending) this.#options.onClosed?.();
    });
    panel.show();
  }
}
