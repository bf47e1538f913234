import type { ConnectionValues } from "../../../shared/messages/settings/connections.ts";
import { element, replaceChildren } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import type { Locale } from "../../ui/locale.ts";
import type { Merged, ValueName } from "./values.ts";

export interface ConflictNotice {
  element: HTMLElement;
  /** Shows what somebody saved meanwhile beside what is typed; nothing where there is nothing to show. */
  show: (merged: Pick<Merged, "taken" | "conflicts">, mine: ConnectionValues, theirs: ConnectionValues) => void;
  focus: () => void;
}

export interface ConflictOptions {
  takeTheirs: () => void;
  keepMine: () => void;
}

/** What changed under a form that is being filled in, and what to do about it. */
export function createConflictNotice({ t }: Locale, { takeTheirs, keepMine }: ConflictOptions): ConflictNotice {
  const place = element("div", { attributes: { role: "alert", tabindex: "-1" } });
  const labels: Record<ValueName, string> = {
    name: t("Name"),
    baseUrl: t("Address"),
    email: t("E-mail of the account"),
    open: t("Statuses that count as open"),
    closed: t("Statuses that count as closed"),
  };
  const shown = (text: string): string => (text.trim() === "" ? t("(empty)") : text.trim().replace(/\s*\n\s*/g, ", "));

  return {
    element: place,
    show: ({ taken, conflicts }, mine, theirs) => {
      if (taken.length + conflicts.length === 0) {
        place.replaceChildren();
        return;
      }
      const row = (name: ValueName, isConflict: boolean): HTMLElement =>
        element(
          "tr",
          {},
          element("th", { attributes: { scope: "row" } }, labels[name]),
          element("td", {}, element("bdi", {}, shown(theirs[name]))),
          element("td", {}, isConflict ? element("bdi", {}, shown(mine[name])) : t("taken over")),
        );
      const table = element(
        "table",
        {},
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            ...["", t("Saved now"), t("Yours")].map((head) => element("th", { attributes: { scope: "col" } }, head)),
          ),
        ),
        element("tbody", {}, ...taken.map((name) => row(name, false)), ...conflicts.map((name) => row(name, true))),
      );
      const buttons = [
        element("vscode-button", { onClick: keepMine }, t("Keep Mine")),
        element(
          "vscode-button",
          { attributes: { appearance: "secondary" }, onClick: takeTheirs },
          t("Take What Is Saved"),
        ),
      ];
      replaceChildren(
        place,
        element(
          "div",
          { class: "notice offline conflict" },
          icon("warning"),
          element(
            "div",
            {},
            element("p", {}, element("strong", {}, t("Somebody changed this connection meanwhile."))),
            table,
            conflicts.length === 0 ? null : element("div", { class: "buttons" }, ...buttons),
          ),
        ),
      );
    },
    focus: () => place.focus(),
  };
}
