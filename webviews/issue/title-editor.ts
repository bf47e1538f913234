import type { PanelIssue } from "../../shared/messages/issue-panel.ts";
import { element, replaceChildren, setAttribute } from "../ui/dom.ts";
import { runTask } from "../ui/task.ts";
import type { PanelContext } from "./context.ts";
import type { Drafts } from "./drafts.ts";
import { createTextEdit } from "./text-edit.ts";

interface TitleEditorOptions {
  drafts: Drafts;
  issue: () => PanelIssue;
  close: () => void;
}

/** The title as an input: Enter saves, Escape leaves. */
export function createTitleEditor(
  { drafts, issue, close }: TitleEditorOptions,
  context: PanelContext,
): { element: HTMLElement; focus(): void } {
  const { locale, notices } = context;
  const { t } = locale;
  const place = element("div", { class: "title-editor" });
  const showConflict = (view: HTMLElement): void => replaceChildren(place, view);
  const edit = createTextEdit({ field: "title", label: t("Title"), drafts, issue, showConflict, close }, context);
  const input = element("input", {
    class: "text-input",
    attributes: { type: "text", "aria-label": t("Title"), dir: "auto", maxlength: "1000" },
  });
  input.value = drafts.read("title")?.text ?? issue().title;
  const save = element("vscode-button", { onClick: () => void send() }, t("Save"));
  const cancel = element(
    "vscode-button",
    { attributes: { appearance: "secondary" }, onClick: () => edit.cancel() },
    t("Cancel"),
  );

  async function send(): Promise<void> {
    const text = input.value.trim();
    if (text === "") return;
    await runTask([input, save], { notices, failed: t("The title could not be saved.") }, () => edit.save(text));
  }

  input.addEventListener("input", () => {
    setAttribute(save, "disabled", input.value.trim() === "");
    edit.keep(input.value);
  });
  place.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === input) {
      event.preventDefault();
      void send();
    } else if (event.key === "Escape") {
      event.preventDefault();
      edit.cancel();
    }
  });
  place.append(input, element("div", { class: "buttons" }, save, cancel));
  return { element: place, focus: () => input.focus() };
}
