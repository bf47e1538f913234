import type { PanelSession } from "../../../shared/messages/settings/access.ts";
import type { LoadedPage } from "../../../shared/messages/settings-panel.ts";
import { busyButton } from "../../ui/busy-button.ts";
import { confirmDialog } from "../../ui/dialog.ts";
import { element, replaceChildren } from "../../ui/dom.ts";
import { icon, type IconName } from "../../ui/icons.ts";
import { keyedRows } from "../../ui/keyed-list.ts";
import type { Locale } from "../../ui/locale.ts";
import { plainLine } from "../../ui/plain-line.ts";
import { callOperation, type SettingsContext } from "../context.ts";
import type { Page, PageStart } from "../page.ts";
import { createItemsPage, listHead, section, type View } from "../views.ts";
import { resyncAnswer } from "./answer.ts";

type State = LoadedPage<"sessions">;

/** The page of everybody's sessions as the server knows them, and what brings them and tmux into agreement. */
export function createSessionsPage(context: SettingsContext, start: PageStart<"sessions">): Page<"sessions"> {
  const list = (state: State): View<"sessions"> => overview(context, state);
  return createItemsPage(context, start, { list, add: list, edit: () => null });
}

function overview(context: SettingsContext, first: State): View<"sessions"> {
  const { locale } = context;
  const { t } = locale;
  const resync = busyButton(
    { label: t("Resync with tmux"), busyLabel: t("Comparing…"), icon: "refresh", appearance: "primary", run },
    context,
  );
  const answer = element("div", { class: "answer", attributes: { role: "status" } });
  const list = element("ul", { class: "item-list", attributes: { "aria-labelledby": "section-sessions" } });
  const empty = element("p", { class: "empty" }, t("No session."));
  const showRows = keyedRows(list, (session: PanelSession) => rowOf(session, locale));
  let shown = first.sessions;

  async function run(): Promise<void> {
    const title = t("Compare all sessions with tmux?");
    const text = t(
      "What tmux has lost is started anew, without any prompt. What aiops started in tmux and has no record of is ended.",
    );
    if (!(await confirmDialog({ title, text, confirm: t("Resync") }, locale))) return;
    // What is told is about what was there before.
    const before = shown;
    const result = await callOperation(context, "sessions.resync", undefined);
    replaceChildren(answer, ...resyncAnswer(result, [...before, ...shown], locale));
  }

  function update({ sessions, canWrite }: State): void {
    shown = sessions;
    showRows(sessions, null);
    empty.hidden = sessions.length > 0;
    resync.setDisabled(!canWrite);
  }
  update(first);

  const lead = t("The server's records of everybody's sessions. They are compared with tmux itself by a resync.");
  return {
    element: element(
      "div",
      { class: "item-page" },
      ...listHead(t("Sessions"), lead, resync.element),
      answer,
      section("sessions", t("What the Server Knows"), empty, list),
    ),
    place: { view: "list", item: "" },
    update,
    draft: () => null,
    isDirty: () => false,
  };
}

function rowOf(session: PanelSession, locale: Locale): HTMLElement {
  const { title, tool, person, project, tmuxSession, tmuxSocket, status, statusSince } = session;
  const { t } = locale;
  const { word, badge, picture } = statusWords(t)[status];
  const facts = [plainLine(tool), plainLine(project), plainLine(person)].filter((fact) => fact !== "");
  return element(
    "li",
    { class: "item-row" },
    icon("terminal"),
    element(
      "div",
      {},
      element("h3", {}, element("bdi", {}, plainLine(title) || tmuxSession)),
      element(
        "p",
        { class: "row-facts" },
        ...facts.map((fact) => element("bdi", {}, fact)),
        element("bdi", {}, t("so since"), " ", locale.time(statusSince)),
      ),
      element(
        "dl",
        { class: "facts fingerprints" },
        element(
          "div",
          {},
          element("dt", {}, "tmux"),
          element("dd", {}, element("code", { attributes: { dir: "ltr", title: tmuxSocket } }, tmuxSession)),
        ),
      ),
    ),
    element("div", { class: "row-actions" }, element("span", { class: `badge badge-${badge}` }, icon(picture), word)),
  );
}

type StatusWords = Record<PanelSession["status"], { word: string; badge: string; picture: IconName }>;

const statusWords = (t: Locale["t"]): StatusWords => ({
  starting: { word: t("Starting"), badge: "running", picture: "queued" },
  working: { word: t("Working"), badge: "running", picture: "play" },
  waiting: { word: t("Waits for a person"), badge: "ok", picture: "waiting" },
  idle: { word: t("Idle"), badge: "ok", picture: "idle" },
  exited: { word: t("Ended"), badge: "untried", picture: "ended" },
  lost: { word: t("Lost"), badge: "failed", picture: "lost" },
  unknown: { word: t("Not known"), badge: "untried", picture: "lost" },
});
