import type { LoadedPage } from "../../../shared/messages/settings-panel.ts";
import { element, type Child } from "../../ui/dom.ts";

export type State = LoadedPage<"signIn">;

/** One of the page's parts. */
export interface Part {
  element: HTMLElement;
  update: (state: State) => void;
  /** Whether leaving loses what is typed or shown once. */
  isDirty: () => boolean;
}

/** A row of a list: what it is, facts about it, and what can be done. */
export function row(picture: Element, name: string, facts: Child[][], ...actions: Child[]): HTMLElement {
  return element(
    "li",
    { class: "item-row" },
    picture,
    element(
      "div",
      {},
      element("h3", {}, element("bdi", {}, name)),
      element("p", { class: "row-facts" }, ...facts.map((fact) => element("bdi", {}, ...fact))),
    ),
    element("div", { class: "row-actions" }, ...actions),
  );
}
