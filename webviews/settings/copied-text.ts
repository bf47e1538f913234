import { element, replaceChildren } from "../ui/dom.ts";
import { icon } from "../ui/icons.ts";
import type { SettingsContext } from "./context.ts";

export interface CopiedText {
  element: HTMLElement;
  set: (value: string) => void;
  focus: () => void;
}

/** A text that is there to be copied. */
export function copiedText(label: string, { host, locale, notices }: SettingsContext): CopiedText {
  const { t } = locale;
  const text = element("code", {
    attributes: { tabindex: "0", role: "textbox", "aria-readonly": "true", "aria-label": label },
  });
  const button = element(
    "button",
    {
      class: "icon-button",
      attributes: { type: "button", title: t("Copy"), "aria-label": t("Copy {0}", label) },
      onClick: () => void copy(),
    },
    icon("copy"),
  );
  async function copy(): Promise<void> {
    try {
      await host.ask("copy", { text: text.textContent });
      replaceChildren(button, icon("check"));
      notices.announce(t("Copied"));
    } catch (error) {
      notices.fail(t("Copying failed."), error);
    }
  }
  button.addEventListener("blur", () => replaceChildren(button, icon("copy")));
  return {
    element: element("div", { class: "copied" }, element("span", { class: "copied-label" }, label), text, button),
    set: (value: string) => {
      if (text.textContent !== value) text.textContent = value;
    },
    focus: () => text.focus(),
  };
}
