import type { SettingsPageId } from "../../shared/messages/settings-panel.ts";
import { element, setAttribute } from "../ui/dom.ts";
import { icon, type IconName } from "../ui/icons.ts";
import type { Locale } from "../ui/locale.ts";

export interface Navigation {
  element: HTMLElement;
  /** Marks the page that is shown. */
  choose(page: SettingsPageId): void;
  /** Leaves these pages in the list. */
  offer(pages: readonly SettingsPageId[]): void;
}

/** The list of pages. Tab leads to the one that is shown; the arrow keys, Home and End to the others. */
export function createNavigation(
  entries: Record<SettingsPageId, { id: SettingsPageId; label: string; icon: IconName }>,
  { t }: Locale,
  go: (page: SettingsPageId) => void,
): Navigation {
  const links = Object.values(entries).map(({ id, label, icon: name }) => {
    const button = element(
      "button",
      { class: "nav-entry", attributes: { type: "button" }, onClick: () => go(id) },
      icon(name),
      element("span", {}, t(label)),
    );
    return { id, button, entry: element("li", {}, button) };
  });
  const list = element("ul", {}, ...links.map(({ entry }) => entry));
  list.addEventListener("keydown", (event) => {
    const buttons = links.filter(({ entry }) => !entry.hidden).map(({ button }) => button);
    const at = buttons.findIndex((button) => button === event.target);
    const targets: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowRight: at + 1,
      ArrowUp: at - 1,
      ArrowLeft: at - 1,
      Home: 0,
      End: buttons.length - 1,
    };
    const target = targets[event.key];
    if (at === -1 || target === undefined) return;
    event.preventDefault();
    buttons.at(target % buttons.length)?.focus();
  });
  return {
    element: element(
      "nav",
      { attributes: { "aria-label": t("Settings") } },
      element(
        "div",
        { class: "nav-inner" },
        element("p", { class: "nav-title", attributes: { "aria-hidden": "true" } }, t("Settings")),
        list,
      ),
    ),
    choose: (page) => {
      for (const { id, button } of links) {
        setAttribute(button, "aria-current", id === page && "page");
        setAttribute(button, "tabindex", id === page ? "0" : "-1");
      }
    },
    offer: (pages) => {
      for (const { id, entry } of links) entry.hidden = !pages.includes(id);
    },
  };
}
