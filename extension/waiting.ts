import * as vscode from "vscode";
import type { Model } from "./model/model.ts";
import type { Session } from "../shared/entities/session.ts";
import { oneLine } from "./views/text.ts";

const told = "aiops.toldWaits";
/** Waits remembered as told, over all windows. */
const rememberedWaits = 200;

/** Tells the person once, over all their windows, that a session of theirs waits for them. */
export class WaitingNotices implements vscode.Disposable {
  readonly #model: Model;
  readonly #memory: vscode.Memento;
  readonly #me: () => string | undefined;
  readonly #subscription: vscode.Disposable;

  /** @param me the id of the person who is signed in */
  constructor(model: Model, memory: vscode.Memento, me: () => string | undefined) {
    this.#model = model;
    this.#memory = memory;
    this.#me = me;
    this.#subscription = model.sessions.onDidChange((ids) => {
      for (const id of ids) this.#look(model.sessions.get(id));
    });
  }

  /** The person's own sessions that wait. */
  waiting(): Session[] {
    const me = this.#me();
    return this.#model.sessions.all().filter(({ status, userId }) => status === "waiting" && userId === me);
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #look(session: Session | undefined): void {
    if (session?.status !== "waiting" || session.userId !== this.#me()) return;
    const wait = `${session.id}@${session.statusSince}`;
    const known = this.#memory.get<string[]>(told, []);
    if (known.includes(wait)) return;
    void this.#memory.update(told, [...known, wait].slice(-rememberedWaits));
    void this.#tell(session);
  }

  async #tell(session: Session): Promise<void> {
    const open = vscode.l10n.t("Open");
    const title = oneLine(session.title) || session.tool;
    const message =
      session.question === null
        ? vscode.l10n.t("{0} waits for you.", title)
        : vscode.l10n.t("{0} asks: {1}", title, oneLine(session.question).slice(0, 200));
    const chosen = await vscode.window.showInformationMessage(message, open, vscode.l10n.t("Later"));
    if (chosen === open) await vscode.commands.executeCommand("aiops.attach", { sessionId: session.id });
  }
}
