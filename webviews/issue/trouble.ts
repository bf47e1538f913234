import type { PanelTrouble } from "../../shared/messages/issue-panel.ts";
import { busyButton } from "../ui/busy-button.ts";
import { element, replaceChildren } from "../ui/dom.ts";
import { icon } from "../ui/icons.ts";
import { plainLine } from "../ui/plain-line.ts";
import type { PanelContext } from "./context.ts";

export interface Trouble {
  element: HTMLElement;
  update(trouble: PanelTrouble | null): void;
}

/** Says above an issue that its tracker can't be read, how old what is shown is, and what helps. */
export function createTrouble(context: PanelContext): Trouble {
  const { host, locale } = context;
  const { t, time } = locale;
  const place = element("div", { class: "trouble", attributes: { role: "status" } });
  const words = element("p", {});
  const sync = busyButton(
    {
      label: t("Sync now"),
      busyLabel: t("Syncing…"),
      appearance: "secondary",
      run: async () => {
        await host.ask("refresh");
      },
    },
    context,
  );
  const token = busyButton(
    {
      label: t("Update token"),
      busyLabel: t("Opening…"),
      appearance: "secondary",
      run: async () => {
        await host.ask("updateToken");
      },
    },
    context,
  );
  // Kept while the trouble lasts, so that a button that is pressed stays, and keeps the focus.
  const notice = element("div", { class: "notice offline" }, icon("warning"), words, sync.element, token.element);

  return {
    element: place,
    update: (trouble) => {
      if (trouble === null) {
        notice.remove();
        return;
      }
      const { externalProject, words: why, syncedAt, help } = trouble;
      const age =
        syncedAt === null
          ? [t("Its issues were never read.")]
          : [`${t("What is shown was read")} `, time(syncedAt), "."];
      const ask = help === "administrator" ? ` ${t("An administrator can give its connection another token.")}` : "";
      replaceChildren(words, element("strong", {}, plainLine(externalProject)), `: ${plainLine(why)}. `, ...age, ask);
      sync.element.hidden = help !== "sync";
      token.element.hidden = help !== "token";
      if (!notice.isConnected) place.append(notice);
    },
  };
}
