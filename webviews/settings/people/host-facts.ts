import type { PanelPerson } from "../../../shared/messages/settings/people.ts";
import { element, replaceChildren } from "../../ui/dom.ts";
import { plainLine } from "../../ui/plain-line.ts";
import type { SettingsContext } from "../context.ts";
import { problemOf, strategyText, type PeopleState } from "./words.ts";

export interface HostFacts {
  element: HTMLElement;
  update: (person: PanelPerson, state: PeopleState) => void;
}

/** Which Linux user a person works as, what keeps them from it, and what to do about that. */
export function createHostFacts({ locale }: Pick<SettingsContext, "locale">): HostFacts {
  const { t } = locale;
  const facts = element("div", { class: "host-facts", attributes: { role: "status" } });
  let drawn = "";

  function draw(person: PanelPerson, state: PeopleState): void {
    const problem = problemOf(person);
    const works =
      person.worksAs === null
        ? t("Works as no Linux user: can't have clones and sessions here.")
        : t("Works as {0} on the server's host.", person.worksAs);
    const mayAct = element(
      "p",
      { class: "field-help" },
      t("The server may act as those its sudoers file names. As root, on the host, for everybody who is mapped:"),
      " ",
      element("code", {}, "aiops install --mapped"),
    );
    replaceChildren(
      facts,
      problem === null
        ? element("p", {}, works)
        : element("p", { class: "row-message", attributes: { dir: "auto" } }, plainLine(problem)),
      element("p", { class: "field-help" }, strategyText(state, locale)),
      state.mode === "shared" ? mayAct : null,
    );
  }

  return {
    element: facts,
    update: (person, state) => {
      const drawing = JSON.stringify([person.worksAs, problemOf(person), state.mode, state.strategy]);
      // Written only when it changed, so that it is read out once.
      if (drawing !== drawn) draw(person, state);
      drawn = drawing;
    },
  };
}
