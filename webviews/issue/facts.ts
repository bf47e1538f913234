import type { PanelIssue } from "../../shared/messages/issue-panel.ts";
import { element, replaceChildren } from "../ui/dom.ts";
import type { PanelContext } from "./context.ts";
import { plainLine } from "./header.ts";

export interface Facts {
  element: HTMLElement;
  update(issue: PanelIssue): void;
}

/** Assignees, labels and milestone. */
export function createFacts({ locale: { t } }: PanelContext): Facts {
  const facts = element("dl", { class: "facts" });
  return {
    element: facts,
    update: (issue) => {
      replaceChildren(
        facts,
        fact(
          t("Assignees"),
          issue.assignees.map(({ name }) => person(name)),
          t("Nobody"),
        ),
        fact(
          t("Labels"),
          issue.labels.map((label) => element("li", { class: "chip", attributes: { dir: "auto" } }, plainLine(label))),
          t("None"),
        ),
        fact(
          t("Milestone"),
          issue.milestone === null ? [] : [element("li", {}, plainLine(issue.milestone))],
          t("None"),
        ),
      );
    },
  };
}

function fact(name: string, items: HTMLElement[], otherwise: string): HTMLElement {
  const value = items.length > 0 ? element("ul", {}, ...items) : element("span", { class: "none" }, otherwise);
  return element("div", {}, element("dt", {}, name), element("dd", {}, value));
}

function person(name: string): HTMLElement {
  return element("li", { class: "person" }, initials(name), element("bdi", {}, plainLine(name)));
}

/** Stands for a picture, which would have to be loaded from elsewhere. */
export function initials(name: string): HTMLElement {
  const letters = plainLine(name)
    .split(/[\s._-]+/)
    .map((word) => Array.from(word)[0] ?? "")
    .filter((letter) => /[\p{L}\p{N}]/u.test(letter));
  const shown = letters.length > 1 ? [letters[0], letters.at(-1)] : letters;
  return element("span", { class: "avatar", attributes: { "aria-hidden": "true" } }, shown.join("").toUpperCase());
}
