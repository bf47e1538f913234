import { element } from "../ui/dom.ts";
import { icon } from "../ui/icons.ts";
import type { PanelContext } from "./context.ts";

/** The shape of an issue while it is read. */
export function skeleton({ locale }: PanelContext): HTMLElement {
  const bars = ["short", "title", "medium", "gap", "long", "long", "medium", "long", "short"];
  return element(
    "main",
    { class: "skeleton", attributes: { "aria-busy": "true" } },
    element("p", { class: "only-read-out", attributes: { role: "status" } }, locale.t("Reading the issue…")),
    ...bars.map((bar) => element("div", { class: `bar bar-${bar}`, attributes: { "aria-hidden": "true" } })),
  );
}

/** What went wrong instead of an issue, and the way on. */
export function failure(message: string, { host, locale, notices }: PanelContext): HTMLElement {
  const { t } = locale;
  const retry = element(
    "vscode-button",
    {
      onClick: () =>
        void host.ask("refresh").catch((error: unknown) => {
          notices.fail(t("Retry failed."), error);
        }),
    },
    t("Retry"),
  );
  return element(
    "main",
    { class: "failure", attributes: { role: "alert" } },
    icon("warning"),
    element("h1", {}, t("The issue cannot be shown")),
    element("p", {}, message),
    retry,
  );
}
