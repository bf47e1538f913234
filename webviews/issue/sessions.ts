import type { SessionStatus } from "../../shared/entities/session.ts";
import type { PanelSession } from "../../shared/messages/issue-panel.ts";
import { element, replaceChildren } from "../ui/dom.ts";
import { icon, type IconName } from "../ui/icons.ts";
import type { PanelContext } from "./context.ts";
import { plainLine } from "../ui/plain-line.ts";

export interface Sessions {
  element: HTMLElement;
  update(sessions: PanelSession[], hasRepository: boolean): void;
}

interface Look {
  icon: IconName;
  /** Before "3 minutes ago"; English, translated where it is shown. */
  word: string;
  /** Those that need a person first. */
  rank: number;
  attachable: boolean;
}

const looks: Record<SessionStatus, Look> = {
  waiting: { icon: "waiting", word: "Waiting for you", rank: 0, attachable: true },
  working: { icon: "working", word: "Working", rank: 1, attachable: true },
  starting: { icon: "working", word: "Starting", rank: 1, attachable: true },
  idle: { icon: "idle", word: "Idle", rank: 2, attachable: true },
  unknown: { icon: "lost", word: "State unknown", rank: 2, attachable: true },
  lost: { icon: "lost", word: "Lost", rank: 3, attachable: false },
  exited: { icon: "ended", word: "Exited", rank: 4, attachable: false },
};

interface Row {
  element: HTMLElement;
  update(session: PanelSession): void;
}

/** The sessions of the issue, those waiting for a person first. */
export function createSessions(context: PanelContext): Sessions {
  const { t } = context.locale;
  const heading = element("h2", { attributes: { id: "sessions-heading" } }, t("Sessions"));
  const list = element("ul", { class: "session-list" });
  const empty = element("p", { class: "none" });
  const rows = new Map<string, Row>();
  return {
    element: element(
      "section",
      { class: "sessions", attributes: { "aria-labelledby": heading.id } },
      heading,
      empty,
      list,
    ),
    update: (sessions, hasRepository) => {
      const sorted = sessions.toSorted(
        (a, b) => looks[a.status].rank - looks[b.status].rank || (a.statusSince < b.statusSince ? 1 : -1),
      );
      const present = new Set(sorted.map(({ id }) => id));
      for (const [id, row] of rows) {
        if (present.has(id)) continue;
        row.element.remove();
        rows.delete(id);
      }
      let place = list.firstElementChild;
      for (const session of sorted) {
        const row = rows.get(session.id) ?? sessionRow(session.id, context);
        rows.set(session.id, row);
        row.update(session);
        if (row.element === place) place = place.nextElementSibling;
        else list.insertBefore(row.element, place);
      }
      empty.textContent = hasRepository
        ? t("No sessions yet. Start Work opens one.")
        : t("No sessions: the project has no repository to work in.");
      empty.hidden = sorted.length > 0;
    },
  };
}

function sessionRow(sessionId: string, { host, locale, notices }: PanelContext): Row {
  const { t } = locale;
  const status = element("p", { class: "session-status" });
  const name = element("p", { class: "session-name" });
  const question = element("p", { class: "session-question", attributes: { dir: "auto" } });
  const branch = element("p", { class: "session-branch" });
  const attach = element(
    "vscode-button",
    {
      attributes: { appearance: "secondary" },
      onClick: () =>
        void host.ask("attachSession", { sessionId }).catch((error: unknown) => {
          notices.fail(t("The session could not be attached."), error);
        }),
    },
    t("Attach"),
  );
  return {
    element: element("li", { class: "session" }, name, attach, status, question, branch),
    update: (session) => {
      const { icon: picture, word, attachable } = looks[session.status];
      const state = t(word);
      status.className = `session-status status-${session.status}`;
      replaceChildren(status, icon(picture), element("span", {}, `${state} · `, locale.time(session.statusSince)));
      const title = plainLine(session.title);
      replaceChildren(name, element("strong", {}, session.tool), title === session.tool ? "" : ` ${title}`);
      question.textContent = session.question === null ? "" : plainLine(session.question);
      question.hidden = session.question === null;
      replaceChildren(branch, session.branch === null ? null : element("code", {}, session.branch));
      branch.title = session.workspacePath;
      attach.hidden = !attachable;
      attach.setAttribute("aria-label", t("Attach {0}, {1}", session.tool, state));
    },
  };
}
