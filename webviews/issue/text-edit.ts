import type { Arrival, PanelIssue } from "../../shared/messages/issue-panel.ts";
import { element } from "../ui/dom.ts";
import { icon } from "../ui/icons.ts";
import { createConflict } from "./conflict.ts";
import type { PanelContext } from "./context.ts";
import { draftOf, fingerprint, type Drafts } from "./drafts.ts";

/** The two texts of an issue that a person may change. */
export type TextField = "title" | "body";

export interface TextEdit {
  /** The base the edit began from; kept with what is typed. */
  keep(text: string): void;
  /** Sends the text; where somebody else changed it meanwhile, both are shown first. */
  save(text: string): Promise<void>;
  cancel(): void;
}

interface TextEditOptions {
  field: TextField;
  label: string;
  drafts: Drafts;
  issue: () => PanelIssue;
  /** Shows both sides in the editor's place. */
  showConflict: (view: HTMLElement) => void;
  /** Ends editing. */
  close: () => void;
}

/** What title and body have in common while they are edited. */
export function createTextEdit(options: TextEditOptions, context: PanelContext): TextEdit {
  const { field, drafts, issue } = options;
  let base = drafts.read(field)?.base ?? fingerprint(issue()[field]);

  async function send(text: string): Promise<void> {
    const arrival = await context.host.ask("edit", { ...unchanged, version: issue().version, [field]: text });
    drafts.keep(field, undefined);
    tellArrival(arrival, context);
    options.close();
  }

  return {
    keep: (text) => drafts.keep(field, { ...draftOf(text, ""), base }),
    save: async (text) => {
      const theirs = issue()[field];
      if (text === theirs) {
        drafts.keep(field, undefined);
        options.close();
        return;
      }
      if (fingerprint(theirs) === base) return send(text);
      options.showConflict(
        createConflict(
          {
            parts: [{ label: options.label, mine: text, theirs }],
            onMine: async () => {
              base = fingerprint(issue()[field]);
              await send(text);
            },
            onTheirs: () => {
              drafts.keep(field, undefined);
              options.close();
              return Promise.resolve();
            },
          },
          context,
        ),
      );
    },
    cancel: () => {
      drafts.keep(field, undefined);
      options.close();
    },
  };
}

/** An edit that changes nothing, to be spread. */
export const unchanged = {
  title: undefined,
  body: undefined,
  status: undefined,
  rawStatus: undefined,
  labels: undefined,
  assignees: undefined,
};

export function tellArrival(arrival: Arrival, { locale, notices }: PanelContext): void {
  notices.announce(
    arrival === "done"
      ? locale.t("Saved")
      : locale.t("The tracker cannot be reached: it is sent as soon as it can be."),
  );
}

/** The pencil beside what can be edited. */
export function editButton(label: string, onClick: () => void): HTMLButtonElement {
  return element(
    "button",
    { class: "icon-button edit", attributes: { type: "button", title: label, "aria-label": label }, onClick },
    icon("edit"),
  );
}
