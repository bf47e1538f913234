import type { PanelSurroundings } from "../../shared/messages/panel.ts";
import { busyButton } from "./busy-button.ts";
import { element, replaceChildren } from "./dom.ts";
import { icon } from "./icons.ts";
import type { Locale } from "./locale.ts";
import type { Notices } from "./notices.ts";

/** The shape of what is read at this moment. @param bars of its lines: `short`, `title`, `medium`, `long` or `gap` */
export function skeleton(label: string, bars: readonly string[]): HTMLElement {
  return element(
    "div",
    { class: "skeleton", attributes: { "aria-busy": "true" } },
    element("p", { class: "only-read-out", attributes: { role: "status" } }, label),
    ...bars.map((bar) => element("div", { class: `bar bar-${bar}`, attributes: { "aria-hidden": "true" } })),
  );
}

export interface FailureOptions {
  title: string;
  message: string;
  retry: () => Promise<unknown>;
}

/** What went wrong instead of what should be shown, and the way on. */
export function failure(options: FailureOptions, context: { locale: Locale; notices: Notices }): HTMLElement {
  const { t } = context.locale;
  const retry = busyButton(
    {
      label: t("Retry"),
      busyLabel: t("Trying again…"),
      appearance: "primary",
      run: async () => {
        await options.retry();
      },
    },
    context,
  );
  return element(
    "div",
    { class: "failure", attributes: { role: "alert" } },
    icon("warning"),
    element("h1", {}, options.title),
    element("p", {}, options.message),
    retry.element,
  );
}

/** Says that the server is away, and that nothing can be changed, where it is so. */
export function surroundingsNotice({ t, time }: Locale): {
  element: HTMLElement;
  update: (surroundings: Pick<PanelSurroundings, "offlineSince"> & Partial<PanelSurroundings>) => void;
} {
  const place = element("div", { class: "surroundings", attributes: { role: "status" } });
  const words = t("The server cannot be reached; what is shown may be old. Last seen");
  return {
    element: place,
    update: ({ offlineSince, canWrite = true, readOnlyReason }) =>
      replaceChildren(
        place,
        offlineSince === null
          ? null
          : element(
              "div",
              { class: "notice offline" },
              icon("offline"),
              element("p", {}, `${words} `, time(offlineSince), "."),
            ),
        canWrite
          ? null
          : element(
              "div",
              { class: "notice" },
              icon("warning"),
              element("p", {}, readOnlyReason ?? t("This can only be read here.")),
            ),
      ),
  };
}
