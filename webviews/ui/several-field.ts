import { element, setAttribute } from "./dom.ts";
import type { Field, FieldOptions } from "./form.ts";

export interface SeveralFieldOptions extends Omit<FieldOptions, "value"> {
  /** A line for each that is chosen. */
  value: string;
  choices: readonly { value: string; label: string }[];
}

/** Any of a few, all of them in sight, each a box to check. As text a line for each that is chosen. */
export function severalField(options: SeveralFieldOptions): Field {
  const { id, label, choices, help = [], onInput } = options;
  const error = element("p", { class: "field-error", attributes: { id: `${id}-error`, hidden: true } });
  const helpText = element("div", { class: "field-help", attributes: { id: `${id}-help` } }, ...help);
  const boxes = choices.map((choice) => ({
    ...choice,
    input: element("input", { attributes: { type: "checkbox", id: `${id}-${choice.value}` } }),
  }));
  const made = element(
    "fieldset",
    { class: "field several", attributes: { id, "aria-describedby": `${error.id} ${helpText.id}` } },
    element("legend", {}, label),
    error,
    element(
      "div",
      { class: "boxes" },
      ...boxes.map(({ input, label: name }) =>
        element("label", { class: "choice", attributes: { for: input.id } }, input, name),
      ),
    ),
    helpText,
  );

  function fail(message: string | null): void {
    error.textContent = message ?? "";
    error.hidden = message === null;
    // A group has no validity of its own: its boxes tell.
    for (const { input } of boxes) setAttribute(input, "aria-invalid", message !== null && "true");
  }
  function set(value: string): void {
    const chosen = new Set(value.split("\n"));
    for (const { input, value: one } of boxes) input.checked = chosen.has(one);
  }
  for (const { input } of boxes) {
    input.addEventListener("input", () => {
      fail(null);
      onInput?.();
    });
  }
  set(options.value);

  return {
    element: made,
    value: () =>
      boxes
        .filter(({ input }) => input.checked)
        .map(({ value }) => value)
        .join("\n"),
    set,
    fail,
    focus: () => (boxes.find(({ input }) => input.checked) ?? boxes[0])?.input.focus(),
    setDisabled: (disabled) => {
      for (const { input } of boxes) input.disabled = disabled;
    },
    help: (...text) => helpText.replaceChildren(...text.filter((child) => child !== null)),
  };
}
