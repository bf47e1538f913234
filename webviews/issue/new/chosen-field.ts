import { element, replaceChildren } from "../../ui/dom.ts";
import { createPicker, type Choice } from "../../ui/picker.ts";
import { plainLine } from "../../ui/plain-line.ts";
import type { TextContext } from "../context.ts";
import { editButton } from "../text-edit.ts";

export interface ChosenField {
  element: HTMLElement;
  value: () => Choice[];
  set: (chosen: readonly Choice[]) => void;
  /** What can be chosen from now on; a list that is open is closed. */
  offer: (offered: { choices: readonly Choice[]; several: boolean; note: string | null }) => void;
}

export interface ChosenFieldOptions {
  label: string;
  editLabel: string;
  /** Shown where nothing is chosen. */
  none: string;
  onInput: () => void;
}

/** Some of what a tracker offers, with the list to choose from in its place. */
export function chosenField(
  { label, editLabel, none, onInput }: ChosenFieldOptions,
  context: TextContext,
): ChosenField {
  const { t } = context.locale;
  let chosen: Choice[] = [];
  let offered: { choices: readonly Choice[]; several: boolean; note: string | null } | undefined;
  const value = element("dd");
  const edit = editButton(editLabel, open);

  function show(): void {
    edit.hidden = offered === undefined;
    const items = chosen.map((one) =>
      element("li", { class: "chip", attributes: { dir: "auto" } }, plainLine(one.label)),
    );
    replaceChildren(value, items.length === 0 ? element("span", { class: "none" }, none) : element("ul", {}, ...items));
  }

  function open(): void {
    if (offered === undefined) return;
    const { choices, several, note } = offered;
    edit.hidden = true;
    const nobody = several ? [] : [{ value: "", label: none }];
    const close = (): void => {
      show();
      edit.focus();
    };
    replaceChildren(
      value,
      createPicker(
        {
          label: editLabel,
          several,
          choices: [...nobody, ...choices],
          chosen: chosen.map((one) => one.value),
          note,
          submitLabel: t("Done"),
          failed: t("The choice could not be taken."),
          onSubmit: (values) => {
            chosen = choices.filter((choice) => values.includes(choice.value));
            close();
            onInput();
            return Promise.resolve();
          },
          onCancel: close,
        },
        context,
      ),
    );
  }

  show();
  return {
    element: element("div", {}, element("dt", {}, label, " ", edit), value),
    value: () => chosen,
    set: (next) => {
      chosen = [...next];
      show();
    },
    offer: (next) => {
      offered = next;
      show();
    },
  };
}
