import { errorMessage } from "../../shared/errors.ts";
import { element, replaceChildren } from "./dom.ts";
import { icon } from "./icons.ts";
import type { Locale } from "./locale.ts";

/** What the panel has to say beside its content. */
export interface Notices {
  /** To be placed at the top of the panel. */
  element: HTMLElement;
  /** Says something to screen readers alone, when it can be seen anyway. */
  announce(message: string): void;
  /** Shows that something failed, until it is dismissed or replaced. */
  fail(what: string, error: unknown): void;
  dismiss(): void;
}

export function createNotices(locale: Locale): Notices {
  const live = element("div", { class: "only-read-out", attributes: { role: "status", "aria-live": "polite" } });
  const alert = element("div", { attributes: { role: "alert" } });
  const dismiss = () => alert.replaceChildren();
  return {
    element: element("div", { class: "notices" }, alert, live),
    announce: (message) => {
      live.textContent = message;
    },
    fail: (what, error) => {
      const close = element(
        "button",
        {
          class: "icon-button",
          attributes: { type: "button", title: locale.t("Dismiss"), "aria-label": locale.t("Dismiss") },
          onClick: dismiss,
        },
        icon("close"),
      );
      const message = element("p", {}, element("strong", {}, what), " ", errorMessage(error));
      replaceChildren(alert, element("div", { class: "notice error" }, icon("warning"), message, close));
    },
    dismiss,
  };
}
