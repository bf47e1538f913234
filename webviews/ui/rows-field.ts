import { element, setAttribute } from "./dom.ts";
import type { Field, FieldOptions } from "./form.ts";
import { icon } from "./icons.ts";
import type { Locale } from "./locale.ts";

export interface Option {
  value: string;
  label: string;
}

/** One value of each row: chosen where there are choices, else typed. */
export interface RowColumn {
  name: string;
  label: string;
  /** Asked again when the form follows what is shown. */
  options?: () => readonly Option[];
  /** What a new row begins with; empty where a person must decide. */
  initial: string;
  placeholder?: string;
  maxLength: number;
}

export interface RowsFieldOptions extends Omit<FieldOptions, "value"> {
  value: string;
  columns: RowColumn[];
  addLabel: string;
  /** Said while there is none. */
  emptyText: string;
}

export interface RowsField extends Field {
  /** Takes other choices; what is chosen stays, also where it is none of them any more. */
  offer: () => void;
  /** A value as a person reads it. */
  describe: (value: string) => string;
  /** Says which control the next error is about, as `2.tenantId`. */
  aim: (at: string) => void;
}

type Cells = Record<string, string>;

interface Row {
  element: HTMLElement;
  error: HTMLElement;
  controls: Map<string, HTMLInputElement | HTMLSelectElement>;
}

/** A list of small records, each a row of native controls; as text it is their JSON. */
export function rowsField(options: RowsFieldOptions, { t }: Locale): RowsField {
  const { id, columns, onInput } = options;
  const list = element("ul", { class: "rows-list" });
  const empty = element("p", { class: "rows-empty" }, options.emptyText);
  const error = element("p", { class: "field-error", attributes: { hidden: true } });
  const help = element("div", { class: "field-help", attributes: { id: `${id}-help` } }, ...(options.help ?? []));
  const add = element(
    "button",
    { class: "rows-add", attributes: { type: "button", id: `${id}-add` }, onClick: addRow },
    icon("add"),
    ` ${options.addLabel}`,
  );
  let rows: Row[] = [];
  let disabled = false;
  let aimed: { row: number; column: string } | null = null;

  function addRow(): void {
    const made = rowOf(Object.fromEntries(columns.map(({ name, initial }) => [name, initial])));
    rows.push(made);
    draw();
    changed();
    made.controls.values().next().value?.focus();
  }

  function takeAway(row: Row): void {
    const at = rows.indexOf(row);
    rows = rows.filter((one) => one !== row);
    draw();
    changed();
    // The focus stays in the list: on what came into its place, else on what adds.
    const next = rows[at] ?? rows.at(-1);
    (next?.element.querySelector<HTMLElement>(".icon-button") ?? add).focus();
  }

  function rowOf(cells: Cells): Row {
    const message = element("p", { class: "field-error", attributes: { hidden: true } });
    const controls = new Map(columns.map((column) => [column.name, control(column, cells[column.name] ?? "")]));
    const remove = element(
      "button",
      {
        class: "icon-button",
        attributes: { type: "button", title: t("Remove") },
        onClick: () => takeAway(row),
      },
      icon("close"),
    );
    const row: Row = {
      element: element("li", {}, ...controls.values(), remove, message),
      error: message,
      controls,
    };
    const name = (): void => {
      setAttribute(remove, "aria-label", t("Remove {0}", describeRow(read(row)) || t("this row")));
    };
    for (const one of controls.values()) {
      setAttribute(one, "aria-describedby", help.id);
      one.addEventListener("input", () => {
        name();
        changed();
      });
      one.disabled = disabled;
    }
    remove.disabled = disabled;
    name();
    return row;
  }

  function control(column: RowColumn, value: string): HTMLInputElement | HTMLSelectElement {
    const { label, placeholder = null, maxLength } = column;
    if (column.options === undefined) {
      const attributes = { "aria-label": label, placeholder, maxlength: String(maxLength), spellcheck: "false" };
      const input = element("input", { attributes: { ...attributes, type: "text", autocomplete: "off", dir: "auto" } });
      input.value = value;
      return input;
    }
    const select = element("select", { attributes: { "aria-label": label } });
    offerTo(select, column, value);
    return select;
  }

  function offerTo(select: HTMLSelectElement, column: RowColumn, value: string): void {
    const offered = column.options?.() ?? [];
    const missing = offered.some((one) => one.value === value) ? [] : [{ value, label: labelOf(column, value) }];
    select.replaceChildren(
      ...[...missing, ...offered].map((one) => element("option", { attributes: { value: one.value } }, one.label)),
    );
    select.value = value;
  }

  function labelOf({ options: offered, label }: RowColumn, value: string): string {
    if (offered === undefined) return value;
    if (value === "") return t("Choose: {0}", label);
    return offered().find((one) => one.value === value)?.label ?? t("{0} (not there any more)", value);
  }

  const read = ({ controls }: Row): Cells =>
    Object.fromEntries([...controls].map(([name, { value }]) => [name, value.trim()]));
  const describeRow = (cells: Cells): string =>
    columns
      .filter(({ name }) => (cells[name] ?? "") !== "")
      .map((column) => labelOf(column, cells[column.name] ?? ""))
      .join(" – ");
  const value = (): string => (rows.length === 0 ? "" : JSON.stringify(rows.map(read)));

  function draw(): void {
    list.replaceChildren(...rows.map((row) => row.element));
    list.hidden = rows.length === 0;
    empty.hidden = rows.length > 0;
  }

  function changed(): void {
    fail(null);
    onInput?.();
  }

  function set(text: string): void {
    if (text === value()) return;
    rows = parseRows(text).map(rowOf);
    draw();
  }

  function fail(message: string | null): void {
    for (const one of [error, ...rows.map((row) => row.error)]) one.hidden = true;
    for (const { controls } of rows) for (const one of controls.values()) setAttribute(one, "aria-invalid", false);
    if (message === null) {
      aimed = null;
      return;
    }
    const row = aimed === null ? undefined : rows[aimed.row];
    const place = row?.error ?? error;
    place.textContent = message;
    place.hidden = false;
    const target = row?.controls.get(aimed?.column ?? "");
    if (target !== undefined) setAttribute(target, "aria-invalid", "true");
  }

  const made = element(
    "fieldset",
    { class: "field rows", attributes: { id, "aria-describedby": help.id } },
    element("legend", {}, options.label),
    error,
    empty,
    list,
    add,
    help,
  );
  set(options.value);
  draw();

  return {
    element: made,
    value,
    set,
    fail,
    aim: (at) => {
      const [row = "", column = ""] = at.split(".");
      aimed = row === "" ? null : { row: Number(row), column };
    },
    focus: () => (made.querySelector<HTMLElement>("[aria-invalid]") ?? add).focus(),
    setDisabled: (next) => {
      disabled = next;
      for (const one of made.querySelectorAll<HTMLButtonElement>("input, select, button")) one.disabled = next;
    },
    help: (...text) => help.replaceChildren(...text.filter((child) => child !== null)),
    offer: () => {
      for (const { controls } of rows) {
        for (const column of columns) {
          const one = controls.get(column.name);
          if (one instanceof HTMLSelectElement) offerTo(one, column, one.value);
        }
      }
    },
    describe: (text) => parseRows(text).map(describeRow).join(", "),
  };
}

/** What `value` answered, or a draft kept of it. */
function parseRows(text: string): Cells[] {
  return text === "" ? [] : (JSON.parse(text) as Cells[]);
}
