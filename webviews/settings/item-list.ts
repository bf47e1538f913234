import type { LoadedPage, SettingsPageId } from "../../shared/messages/settings-panel.ts";
import { element, setAttribute } from "../ui/dom.ts";
import { icon, type IconName } from "../ui/icons.ts";
import { arrangeChildren } from "../ui/keyed-list.ts";
import { plainLine } from "../ui/plain-line.ts";
import type { SettingsContext } from "./context.ts";
import { addButton, itemButton, pageTitle, type View, type Ways } from "./views.ts";

export interface ItemListOptions<P extends SettingsPageId, T extends { id: string; name: string }> {
  title: string;
  /** What the list is about. */
  lead: (state: LoadedPage<P>) => string;
  addLabel: string;
  /** Said where there is none. */
  emptyText: string;
  icon: IconName;
  items: (state: LoadedPage<P>) => readonly T[];
  /** In one line below the name; empty ones are left out. */
  facts: (item: T, state: LoadedPage<P>) => string[];
  /** What is wrong with it and what to do; null for nothing. */
  problem?: (item: T) => string | null;
  ways: Ways;
}

/** The most items that are in sight at once: from there on a box narrows them. */
const fewItems = 12;

/** The list of a page by name, each item with its facts and what is wrong. Rows stay in place while they change. */
export function itemList<P extends SettingsPageId, T extends { id: string; name: string }>(
  { locale }: Pick<SettingsContext, "locale">,
  first: LoadedPage<P>,
  options: ItemListOptions<P, T>,
): View<P> {
  const { t } = locale;
  const { ways } = options;
  const add = addButton(options.addLabel, ways.add);
  const lead = element("p", { class: "lead" });
  const search = element("input", {
    class: "text-input list-filter",
    attributes: { type: "search", placeholder: t("Filter"), "aria-label": t("Filter: {0}", options.title) },
  });
  const list = element("ul", { class: "item-list", attributes: { "aria-labelledby": "page-title" } });
  const none = element("p", { class: "empty" });
  const rows = new Map<string, ReturnType<typeof createRow>>();
  let shown = first;

  function createRow(id: string) {
    const name = itemButton(id, ways);
    const facts = element("p", { class: "row-facts" });
    const problem = element("p", { class: "row-message", attributes: { dir: "auto" } });
    const text = element("div", { class: "row-text" }, element("h2", {}, name), facts, problem);
    return {
      element: element("li", { class: "item-row" }, icon(options.icon), text),
      update: (item: T, parts: string[]) => {
        const wrong = options.problem?.(item) ?? null;
        name.textContent = plainLine(item.name);
        facts.replaceChildren(...parts.map((part) => element("bdi", {}, part)));
        problem.textContent = wrong === null ? "" : plainLine(wrong);
        problem.hidden = wrong === null;
      },
    };
  }

  function update(state: LoadedPage<P>): void {
    shown = state;
    const all = options.items(state);
    const wanted = search.value.trim().toLowerCase();
    const sorted = all.toSorted((a, b) => a.name.localeCompare(b.name, locale.language));
    const matching = sorted.flatMap((item) => {
      const parts = options
        .facts(item, state)
        .map(plainLine)
        .filter((part) => part !== "");
      return [item.name, ...parts].join("\n").toLowerCase().includes(wanted) ? [{ item, parts }] : [];
    });
    const elements = matching.map(({ item, parts }) => {
      const row = rows.get(item.id) ?? createRow(item.id);
      rows.set(item.id, row);
      row.update(item, parts);
      return row.element;
    });
    arrangeChildren(list, elements);
    lead.textContent = options.lead(state);
    search.hidden = all.length <= fewItems && wanted === "";
    list.hidden = elements.length === 0;
    none.hidden = elements.length > 0;
    none.textContent = all.length === 0 ? options.emptyText : t("Nothing found");
    setAttribute(add, "disabled", !state.canWrite);
  }
  update(first);
  search.addEventListener("input", () => update(shown));

  return {
    element: element(
      "div",
      {},
      element("div", { class: "page-head" }, pageTitle(options.title), add),
      lead,
      search,
      none,
      list,
    ),
    place: { view: "list", item: "" },
    update,
    draft: () => null,
    isDirty: () => false,
  };
}
