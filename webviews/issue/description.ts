import type { IssuePanelState } from "../../shared/messages/issue-panel.ts";
import { element, replaceChildren } from "../ui/dom.ts";
import { createMarkdownEditor } from "../ui/markdown-editor.ts";
import { richText } from "../ui/rich-text.ts";
import type { PanelContext } from "./context.ts";
import type { Drafts } from "./drafts.ts";
import { createTextEdit, editButton } from "./text-edit.ts";

type Loaded = Extract<IssuePanelState, { kind: "loaded" }>;

export interface Description {
  element: HTMLElement;
  update(state: Loaded): void;
}

/** The issue's body, and its editor in the same place. */
export function createDescription(first: Loaded, drafts: Drafts, context: PanelContext): Description {
  const { t } = context.locale;
  let state = first;
  let shownBody: string | undefined;
  let editing = false;
  const content = element("div", { class: "description" });
  const edit = editButton(t("Edit description"), () => open());

  function show(): void {
    edit.hidden = editing || !(state.abilities.edit && state.canWrite);
    if (editing || state.issue.body === shownBody) return;
    shownBody = state.issue.body;
    replaceChildren(
      content,
      shownBody.trim() === ""
        ? element("p", { class: "none" }, t("No description."))
        : richText({ source: shownBody, base: state.issue.url, headingLevel: 3 }, context),
    );
  }

  function close(): void {
    editing = false;
    shownBody = undefined;
    show();
    edit.focus();
  }

  function open(): void {
    editing = true;
    show();
    const textEdit = createTextEdit(
      {
        field: "body",
        label: t("Description"),
        drafts,
        issue: () => state.issue,
        showConflict: (view) => replaceChildren(content, view),
        close,
      },
      context,
    );
    const editor = createMarkdownEditor(
      {
        id: "edit-description",
        label: t("Description"),
        value: drafts.read("body")?.text ?? state.issue.body,
        submitLabel: t("Save"),
        failed: t("The description could not be saved."),
        base: () => state.issue.url,
        mayBeEmpty: true,
        onChange: (text) => textEdit.keep(text),
        onSubmit: (text) => textEdit.save(text),
        onCancel: () => textEdit.cancel(),
      },
      context,
    );
    replaceChildren(content, editor.element);
    editor.focus();
  }

  if (drafts.read("body") === undefined) show();
  else open();
  return {
    element: element(
      "section",
      { attributes: { "aria-labelledby": "description-heading" } },
      element("h2", {}, element("span", { attributes: { id: "description-heading" } }, t("Description")), edit),
      content,
    ),
    update: (next) => {
      state = next;
      show();
    },
  };
}
