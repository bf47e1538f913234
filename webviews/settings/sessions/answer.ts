import type { ResyncResult } from "../../../shared/entities/session.ts";
import type { PanelSession } from "../../../shared/messages/settings/access.ts";
import { element } from "../../ui/dom.ts";
import { icon, type IconName } from "../../ui/icons.ts";
import type { Locale } from "../../ui/locale.ts";
import { plainLine } from "../../ui/plain-line.ts";

/** What a resync found and did, in words, with the names of the sessions. @param known all that may be named in it */
export function resyncAnswer(
  { recreated, pruned, lost, unknown }: ResyncResult,
  known: readonly PanelSession[],
  { t, number }: Locale,
): HTMLElement[] {
  const byId = new Map(known.map((session) => [session.id, session]));
  const nameOf = (id: string): string => {
    const session = byId.get(id);
    return session === undefined ? id : plainLine(session.title) || session.tmuxSession;
  };
  const found: { names: string[]; one: string; many: string; picture: IconName; bad?: true }[] = [
    {
      names: recreated.map(nameOf),
      one: t("A session that tmux had lost was started anew:"),
      many: t("{0} sessions that tmux had lost were started anew:", number(recreated.length)),
      picture: "play",
    },
    {
      names: pruned,
      one: t("A tmux session of aiops that had no record was ended:"),
      many: t("{0} tmux sessions of aiops that had no record were ended:", number(pruned.length)),
      picture: "trash",
    },
    {
      names: lost.map(nameOf),
      one: t(
        "A session could not be started anew, and is marked as lost. Its working tree or tool is gone, or in use:",
      ),
      many: t(
        "{0} sessions could not be started anew, and are marked as lost. Their working trees or tools are gone, or in use:",
        number(lost.length),
      ),
      picture: "warning",
      bad: true,
    },
    {
      names: unknown.map(nameOf),
      one: t("A session could not be looked at, because its tmux did not answer. It was left as it is:"),
      many: t(
        "{0} sessions could not be looked at, because their tmux did not answer. They were left as they are:",
        number(unknown.length),
      ),
      picture: "lost",
      bad: true,
    },
  ];
  const told = found.filter(({ names }) => names.length > 0);
  if (told.length === 0) {
    return [element("p", { class: "notice" }, icon("check"), t("Records and tmux agree: nothing had to be done."))];
  }
  return told.map(({ names, one, many, picture, bad }) =>
    element(
      "div",
      { class: bad === true ? "notice error" : "notice" },
      icon(picture),
      element(
        "div",
        {},
        element("p", {}, names.length === 1 ? one : many),
        element("ul", { class: "uses" }, ...names.map((name) => element("li", {}, element("bdi", {}, name)))),
      ),
    ),
  );
}
