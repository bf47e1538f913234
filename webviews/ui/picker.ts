import { element, replaceChildren } from "./dom.ts";
import type { Locale } from "./locale.ts";
import type { Notices } from "./notices.ts";
import { runTask } from "./task.ts";

export interface Choice {
  value: string;
  label: string;
}

export interface PickerOptions {
  label: string;
  /** Several with check boxes, or one with radio buttons. */
  several: boolean;
  choices: readonly Choice[];
  chosen: readonly string[];
  /** Said above the list, as that it is not the newest. */
  note: string | null;
  submitLabel?: string;
  failed: string;
  /** Rejects where the picker must stay. */
  onSubmit: (chosen: string[]) => Promise<void>;
  onCancel: () => void;
}

/** The most choices shown at once; typing finds the others. */
const mostShown = 200;

/** A list to choose from, with a box that narrows it. Native controls, so that keys and screen readers know them. */
export function createPicker(
  options: PickerOptions,
  { locale, notices }: { locale: Locale; notices: Notices },
): HTMLElement {
  const { t } = locale;
  const chosen = new Set(options.chosen);
  const search = element("input", {
    class: "text-input",
    attributes: { type: "search", placeholder: t("Filter"), "aria-label": t("Filter: {0}", options.label) },
  });
  const list = element("div", { class: "picker-list" });
  const save = element("vscode-button", { onClick: () => void send() }, options.submitLabel ?? t("Save"));
  const cancel = element(
    "vscode-button",
    { attributes: { appearance: "secondary" }, onClick: options.onCancel },
    t("Cancel"),
  );
  const name = `picker-${crypto.randomUUID()}`;
  const rows = options.choices.map((choice) => ({ choice, row: rowOf(choice), text: choice.label.toLowerCase() }));

  function rowOf({ value, label }: Choice): HTMLElement {
    const box = element("input", {
      attributes: { type: options.several ? "checkbox" : "radio", name, checked: chosen.has(value) },
    });
    box.addEventListener("change", () => {
      if (!options.several) chosen.clear();
      if (box.checked) chosen.add(value);
      else chosen.delete(value);
    });
    return element("label", { class: "picker-row" }, box, element("bdi", {}, label));
  }

  function show(): void {
    const wanted = search.value.trim().toLowerCase();
    const matching = rows.filter(({ text }) => text.includes(wanted));
    const left = matching.length - mostShown;
    const rest = left > 0 ? t("{0} more: type to narrow", locale.number(left)) : "";
    const said = matching.length === 0 ? t("Nothing found") : rest;
    replaceChildren(
      list,
      ...matching.slice(0, mostShown).map(({ row }) => row),
      said === "" ? null : element("p", { class: "none" }, said),
    );
  }

  async function send(): Promise<void> {
    await runTask([save, search], { notices, failed: options.failed }, () => options.onSubmit([...chosen]));
  }

  search.addEventListener("input", show);
  const picker = element(
    "div",
    { class: "picker", attributes: { role: "group", "aria-label": options.label } },
    options.note === null ? null : element("p", { class: "none" }, options.note),
    options.choices.length > 8 ? search : null,
    list,
    element("div", { class: "buttons" }, save, cancel),
  );
  picker.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      options.onCancel();
    } else if (event.key === "Enter" && event.target instanceof HTMLInputElement) {
      event.preventDefault();
      void send();
    }
  });
  show();
  queueMicrotask(() => picker.querySelector("input")?.focus());
  return picker;
}
