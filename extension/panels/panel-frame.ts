import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { openChannel, type Channel, type Handlers, type Surface } from "../../shared/messages/channel.ts";
import { panelHtml } from "../../shared/messages/panel-html.ts";
import type { Outcome, PanelLocale, PanelSurroundings } from "../../shared/messages/panel.ts";
import { AppError } from "../../shared/errors.ts";
import type { Connection } from "../connection/connection.ts";
import type { Model } from "../model/model.ts";
import { webAddress } from "../views/issue-item.ts";

/** What every panel is made of. */
export interface PanelParts {
  connection: Connection;
  model: Model;
  log: vscode.LogOutputChannel;
  extensionUri: vscode.Uri;
}

export interface PanelFrameOptions<Ours extends Surface, Theirs extends Surface> {
  panel: vscode.WebviewPanel;
  parts: PanelParts;
  /** The bundle in `dist/webviews/`, and the picture in `media/`. */
  name: "issue" | "settings";
  /** One of several pages of the bundle; see `panelHtml`. */
  page?: string;
  title: string;
  ours: Ours;
  theirs: Theirs;
  handlers: Handlers<Ours>;
}

/** One webview with its page, policy and typed channel, until it is closed. */
export class PanelFrame<Ours extends Surface, Theirs extends Surface> implements vscode.Disposable {
  readonly channel: Channel<Theirs>;
  readonly #options: PanelFrameOptions<Ours, Theirs>;
  readonly #subscriptions: vscode.Disposable[] = [];

  constructor(options: PanelFrameOptions<Ours, Theirs>) {
    this.#options = options;
    const { panel, parts, name, ours, theirs, handlers } = options;
    this.channel = openChannel({
      ours,
      theirs,
      handlers,
      post: (message) => void panel.webview.postMessage(message),
      onRefused: (error) => parts.log.warn(`the ${name} panel: ${error.message}`),
    });
    this.follow(panel.webview.onDidReceiveMessage((message: unknown) => this.channel.receive(message)));
  }

  /** Ends a subscription together with the panel. */
  follow(...subscriptions: vscode.Disposable[]): void {
    this.#subscriptions.push(...subscriptions);
  }

  /** Fills the panel with its page. */
  show(): void {
    const { panel, parts, name, page, title } = this.#options;
    const { webview } = panel;
    const bundle = vscode.Uri.joinPath(parts.extensionUri, "dist", "webviews");
    webview.options = { enableScripts: true, localResourceRoots: [bundle] };
    const media = (file: string): vscode.Uri => vscode.Uri.joinPath(parts.extensionUri, "media", file);
    panel.iconPath = { light: media(`${name}-light.svg`), dark: media(`${name}-dark.svg`) };
    webview.html = panelHtml({
      scriptUri: webview.asWebviewUri(vscode.Uri.joinPath(bundle, `${name}.js`)).toString(),
      styleUri: webview.asWebviewUri(vscode.Uri.joinPath(bundle, `${name}.css`)).toString(),
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString("base64url"),
      title,
      ...(page !== undefined && { page }),
    });
  }

  reveal(): void {
    this.#options.panel.reveal();
  }

  dispose(): void {
    this.channel.close();
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#options.panel.dispose();
  }
}

/** What every page may ask and no panel does in its own way. */
export const commonHandlers = {
  copy: async ({ text }: { text: string }): Promise<Outcome> => {
    await vscode.env.clipboard.writeText(text);
    return "done";
  },
  openLink: async ({ url }: { url: string }): Promise<Outcome> => {
    const opened = await vscode.env.openExternal(vscode.Uri.parse(webAddress(url) ?? url, true));
    return opened ? "done" : "cancelled";
  },
};

/** The words of a page. VS Code's bundle may hold a comment for translators beside a message. */
export function panelLocale(): PanelLocale {
  const translations: Record<string, string> = vscode.l10n.bundle ?? {};
  return { language: vscode.env.language, translations };
}

/** @param offlineSince as `LiveReading` knows it */
export function panelSurroundings(offlineSince: string | null): PanelSurroundings {
  const canWrite = vscode.workspace.isTrusted;
  return { canWrite, readOnlyReason: canWrite ? null : untrusted().message, offlineSince };
}

/** A handler that writes nothing from a folder that is not trusted. */
export function trusted<I, O>(handler: (input: I) => Promise<O>): (input: I) => Promise<O> {
  return async (input) => {
    if (!vscode.workspace.isTrusted) throw untrusted();
    return handler(input);
  };
}

function untrusted(): AppError {
  return new AppError(
    "forbidden",
    vscode.l10n.t(
      "This folder is not trusted, so aiops only reads. Trust it first: Workspaces: Manage Workspace Trust",
    ),
  );
}
