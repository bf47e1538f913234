import type { IssuePanelState } from "../../shared/messages/issue-panel.ts";
import { element } from "../ui/dom.ts";
import { createMarkdownEditor } from "../ui/markdown-editor.ts";
import type { PanelContext } from "./context.ts";
import type { Drafts } from "./drafts.ts";
import { tellArrival } from "./text-edit.ts";

type Loaded = Extract<IssuePanelState, { kind: "loaded" }>;

export interface Composer {
  element: HTMLElement;
  update(state: Loaded): void;
  /** Puts the cursor there; says why where one may not comment. */
  focus: () => void;
}

/** Where a comment is written; there only where one may comment. */
export function createComposer(drafts: Drafts, context: PanelContext): Composer {
  const { t } = context.locale;
  let base = "";
  let state: Loaded | undefined;
  const editor = createMarkdownEditor(
    {
      id: "new-comment",
      label: t("New comment"),
      placeholder: t("Write a comment, in Markdown"),
      value: drafts.read("comment") ?? "",
      submitLabel: t("Comment"),
      failed: t("The comment could not be sent."),
      base: () => base,
      mayBeEmpty: false,
      onChange: (text) => drafts.keep("comment", text === "" ? undefined : text),
      onSubmit: async (body) => {
        const arrival = await context.host.ask("comment", { body });
        drafts.keep("comment", undefined);
        editor.set("");
        tellArrival(arrival, context);
      },
    },
    context,
  );
  const section = element(
    "section",
    { class: "composer", attributes: { "aria-label": t("New comment") } },
    editor.element,
  );
  return {
    element: section,
    update: (next) => {
      state = next;
      base = state.issue.url;
      section.hidden = !(state.abilities.comment && state.canWrite);
    },
    focus: () => {
      if (section.hidden) {
        const reason = state?.readOnlyReason ?? t("The tracker does not let this connection's account comment.");
        context.notices.fail(t("You can't comment here."), reason);
        return;
      }
      editor.focus();
      section.scrollIntoView({ block: "nearest" });
    },
  };
}
