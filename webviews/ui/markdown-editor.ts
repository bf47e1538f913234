import { element, replaceChildren, setAttribute } from "./dom.ts";
import { richText, type RichTextContext } from "./rich-text.ts";
import type { Notices } from "./notices.ts";
import { runTask } from "./task.ts";

export interface MarkdownEditorOptions {
  /** Unique in the page. */
  id: string;
  /** What is written here, for screen readers. */
  label: string;
  placeholder?: string;
  value: string;
  /** The button; null where the form around has one. */
  submitLabel: string | null;
  /** Where a screen reader finds what is wrong with it. */
  describedBy?: string;
  /** Shown as the failure's beginning. */
  failed: string;
  /** What relative addresses in the preview are relative to. */
  base: () => string;
  /** Whether nothing at all may be submitted. */
  mayBeEmpty: boolean;
  onChange: (text: string) => void;
  /** Rejects where the text must stay. */
  onSubmit: (text: string) => Promise<void>;
  /** Leaves the editor, also by Escape; without it there is no way out but to submit. */
  onCancel?: () => void;
}

export interface MarkdownEditor {
  element: HTMLElement;
  value: () => string;
  set(text: string): void;
  focus(): void;
  enable(enabled: boolean): void;
}

/**
 * Markdown with a preview, as it will be read. Control+Enter (Command on a Mac) submits, Escape leaves; the two tabs take
 * the arrow keys.
 */
export function createMarkdownEditor(
  options: MarkdownEditorOptions,
  context: RichTextContext & { notices: Notices },
): MarkdownEditor {
  const { id, mayBeEmpty } = options;
  const { t } = context.locale;
  const input = element("textarea", {
    class: "text-area",
    attributes: {
      id: `${id}-text`,
      "aria-label": options.label,
      placeholder: options.placeholder ?? null,
      dir: "auto",
      rows: "6",
      maxlength: "200000",
      spellcheck: "true",
      "aria-describedby": options.describedBy ?? null,
    },
  });
  input.value = options.value;
  const writing = element(
    "div",
    { attributes: { id: `${id}-write-panel`, role: "tabpanel", "aria-labelledby": `${id}-write` } },
    input,
  );
  const preview = element("div", {
    class: "preview",
    attributes: { id: `${id}-preview-panel`, role: "tabpanel", "aria-labelledby": `${id}-preview`, tabindex: "0" },
  });
  const write = tab("write", t("Write"), () => select(false));
  const read = tab("preview", t("Preview"), () => select(true));
  const submit = element("vscode-button", { onClick: () => void send() }, options.submitLabel ?? "");
  const cancel = options.onCancel
    ? element("vscode-button", { attributes: { appearance: "secondary" }, onClick: options.onCancel }, t("Cancel"))
    : null;
  const form = element(
    "div",
    { class: "markdown-editor", attributes: { role: "group", "aria-label": options.label } },
    element("div", { class: "tabs", attributes: { role: "tablist", "aria-label": options.label } }, write, read),
    writing,
    preview,
    options.submitLabel === null
      ? null
      : element("div", { class: "buttons" }, submit, cancel, element("span", { class: "hint" }, t("Ctrl+Enter sends"))),
  );
  let enabled = true;

  function tab(name: string, label: string, onClick: () => void): HTMLButtonElement {
    return element(
      "button",
      {
        class: "tab",
        attributes: { type: "button", role: "tab", id: `${id}-${name}`, "aria-controls": `${id}-${name}-panel` },
        onClick,
      },
      label,
    );
  }

  function select(reading: boolean): void {
    for (const [button, selected] of [
      [write, !reading],
      [read, reading],
    ] as const) {
      setAttribute(button, "aria-selected", String(selected));
      setAttribute(button, "tabindex", selected ? "0" : "-1");
    }
    writing.hidden = reading;
    preview.hidden = !reading;
    if (!reading) return;
    const empty = element("p", { class: "none" }, t("Nothing to preview."));
    const source = input.value;
    replaceChildren(
      preview,
      source.trim() === "" ? empty : richText({ source, base: options.base(), headingLevel: 4 }, context),
    );
  }

  function check(): void {
    setAttribute(submit, "disabled", !enabled || (!mayBeEmpty && input.value.trim() === ""));
  }

  async function send(): Promise<void> {
    if (submit.hasAttribute("disabled")) return;
    await runTask([input, submit], { notices: context.notices, failed: options.failed }, () =>
      options.onSubmit(input.value),
    );
    check();
  }

  input.addEventListener("input", () => {
    check();
    options.onChange(input.value);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void send();
    } else if (event.key === "Escape" && options.onCancel) {
      event.preventDefault();
      options.onCancel();
    } else if ((event.key === "ArrowLeft" || event.key === "ArrowRight") && event.target instanceof HTMLButtonElement) {
      const reading = write.getAttribute("aria-selected") === "true";
      select(reading);
      (reading ? read : write).focus();
    }
  });
  select(false);
  check();
  return {
    element: form,
    value: () => input.value,
    set: (text) => {
      input.value = text;
      select(false);
      check();
    },
    focus: () => {
      select(false);
      input.focus();
    },
    enable: (next) => {
      enabled = next;
      input.disabled = !next;
      check();
    },
  };
}
