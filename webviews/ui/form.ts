import { element, setAttribute, type Child } from "./dom.ts";

/** One labelled control of a form, with its help and what is wrong with it. */
export interface Field {
  element: HTMLElement;
  value(): string;
  set(value: string): void;
  /** Says beside the control what is wrong; null takes it away. */
  fail(message: string | null): void;
  focus(): void;
  setDisabled(disabled: boolean): void;
  /** Replaces the help. */
  help(...text: Child[]): void;
}

export interface FieldOptions {
  /** Unique on the page, as `connection-name`. */
  id: string;
  label: string;
  value?: string;
  help?: Child[];
  required?: boolean;
  onInput?: () => void;
}

export interface TextFieldOptions extends FieldOptions {
  placeholder?: string;
  maxLength: number;
  /** `secret` is never shown nor filled in by the browser. */
  kind?: "text" | "url" | "email" | "secret";
}

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** A line of text. Never of a type that the browser judges by itself: what is wrong is said in our words. */
export function textField(options: TextFieldOptions): Field {
  const { kind = "text", placeholder = null, maxLength } = options;
  const input = element("input", {
    attributes: {
      type: kind === "secret" ? "password" : "text",
      inputmode: kind === "url" || kind === "email" ? kind : null,
      placeholder,
      maxlength: String(maxLength),
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      dir: kind === "text" ? "auto" : "ltr",
    },
  });
  return field(input, options);
}

/** Several lines of text. */
export function linesField(options: TextFieldOptions & { rows: number }): Field {
  const { placeholder = null, rows, maxLength } = options;
  const attributes = { placeholder, rows: String(rows), maxlength: String(maxLength), spellcheck: "false" };
  return field(element("textarea", { attributes }), options);
}

export interface SelectField extends Field {
  /** Other choices; what is chosen stays where it is among them, else the first is. */
  choices(choices: readonly { value: string; label: string }[]): void;
}

/** One of several values. */
export function selectField(options: FieldOptions & { choices: { value: string; label: string }[] }): SelectField {
  const select = element("select");
  const offer: SelectField["choices"] = (choices) => {
    const chosen = select.value;
    select.replaceChildren(...choices.map(({ value, label }) => element("option", { attributes: { value } }, label)));
    if (choices.some(({ value }) => value === chosen)) select.value = chosen;
  };
  offer(options.choices);
  return { ...field(select, options), choices: offer };
}

/** Yes or no: `true` or `false`. */
export function checkField(options: FieldOptions): Field {
  const input = element("input", { attributes: { type: "checkbox" } });
  const made = field(input, { ...options, value: "true", required: false });
  made.element.classList.add("check");
  const set = (value: string): void => {
    input.checked = value === "true";
  };
  set(options.value ?? "false");
  return { ...made, value: () => String(input.checked), set };
}

function field(control: Control, { id, label, value = "", help = [], required, onInput }: FieldOptions): Field {
  const helpText = element("div", { class: "field-help", attributes: { id: `${id}-help` } }, ...help);
  const error = element("p", { class: "field-error", attributes: { id: `${id}-error`, hidden: true } });
  control.id = id;
  control.value = value;
  setAttribute(control, "aria-describedby", `${error.id} ${helpText.id}`);
  setAttribute(control, "aria-required", required === true && "true");
  control.addEventListener("input", () => {
    fail(null);
    onInput?.();
  });

  function fail(message: string | null): void {
    error.textContent = message ?? "";
    error.hidden = message === null;
    setAttribute(control, "aria-invalid", message !== null && "true");
  }

  return {
    element: element(
      "div",
      { class: "field" },
      element("label", { attributes: { for: id } }, label),
      control,
      error,
      helpText,
    ),
    value: () => control.value,
    set: (next) => {
      if (control.value !== next) control.value = next;
    },
    fail,
    focus: () => control.focus(),
    setDisabled: (disabled) => {
      control.disabled = disabled;
    },
    help: (...text) => helpText.replaceChildren(...text.filter((child) => child !== null)),
  };
}

export interface Choice<T extends string> {
  value: T;
  label: string;
  help?: string;
  picture?: Element;
}

/** One of a few, all of them in sight. */
export interface Choices<T extends string> {
  element: HTMLElement;
  value(): T;
  set(value: T): void;
  focus(): void;
  setDisabled(disabled: boolean): void;
}

/** Radio buttons with a legend. */
export function choiceField<T extends string>(
  { id, label, onInput, ...options }: Omit<FieldOptions, "value" | "help"> & { value: T; class?: string },
  choices: Choice<T>[],
): Choices<T> {
  const radios = choices.map((choice) => ({
    value: choice.value,
    label: choice,
    input: element("input", {
      attributes: { type: "radio", name: id, id: `${id}-${choice.value}`, value: choice.value },
    }),
  }));
  const set = (value: T): void => {
    for (const radio of radios) radio.input.checked = radio.value === value;
  };
  set(options.value);
  for (const { input } of radios) input.addEventListener("change", () => onInput?.());
  const chosen = () => radios.find(({ input }) => input.checked);
  return {
    element: element(
      "fieldset",
      { class: `choices ${options.class ?? ""}`.trim() },
      element("legend", {}, label),
      ...radios.map(({ input, label: { label: name, help, picture } }) =>
        element(
          "label",
          { class: "choice", attributes: { for: input.id } },
          input,
          picture ?? null,
          element(
            "span",
            {},
            element("span", { class: "choice-name" }, name),
            help === undefined ? null : element("span", { class: "choice-help" }, help),
          ),
        ),
      ),
    ),
    value: () => chosen()?.value ?? options.value,
    set,
    focus: () => (chosen() ?? radios[0])?.input.focus(),
    setDisabled: (disabled) => {
      for (const { input } of radios) input.disabled = disabled;
    },
  };
}

/**
 * A form whose Enter does what its button does. Nothing is submitted by the browser; a person hears of each error where
 * it is.
 */
export function form(label: string, submit: () => void, ...children: Child[]): HTMLFormElement {
  // Makes Enter work in a field: the toolkit's buttons are none of the form's own.
  const enter = element("button", { attributes: { type: "submit", hidden: true, tabindex: "-1" } });
  const made = element("form", { attributes: { "aria-label": label, novalidate: true } }, ...children, enter);
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  return made;
}

/** Puts the focus where the first error is, in the order of the fields. Answers whether there is any. */
export function showErrors<K extends string>(fields: Record<K, Field>, errors: Partial<Record<K, string>>): boolean {
  let first: Field | undefined;
  for (const name of Object.keys(fields) as K[]) {
    fields[name].fail(errors[name] ?? null);
    if (errors[name] !== undefined) first ??= fields[name];
  }
  first?.focus();
  return first !== undefined;
}
