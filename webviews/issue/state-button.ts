import type { IssueChoices, IssuePanelState } from "../../shared/messages/issue-panel.ts";
import { element, replaceChildren } from "../ui/dom.ts";
import { createPicker } from "../ui/picker.ts";
import { runTask } from "../ui/task.ts";
import type { PanelContext } from "./context.ts";
import { tellArrival, unchanged } from "./text-edit.ts";

type Loaded = Extract<IssuePanelState, { kind: "loaded" }>;

export interface StateButton {
  button: HTMLElement;
  /** Where the choice is shown, when the tracker has several states. */
  place: HTMLElement;
  update(state: Loaded): void;
}

/** Close or reopen; where the tracker has more than that one step, its own states to choose from. */
export function createStateButton(first: Loaded, context: PanelContext): StateButton {
  const { host, locale, notices } = context;
  const { t } = locale;
  let state = first;
  const label = new Text();
  const button = element(
    "vscode-button",
    { attributes: { appearance: "secondary" }, onClick: () => void press() },
    label,
  );
  const place = element("div", { class: "state-choice" });
  const failed = t("The state could not be changed.");

  async function press(): Promise<void> {
    await runTask([button], { notices, failed }, async () => {
      const choices = await host.ask("choices");
      const [only, ...more] = choices.statuses;
      const other = state.issue.status === "open" ? "closed" : "open";
      if (more.length > 0) choose(choices);
      else await change(only ?? { status: other });
    });
    button.focus();
    place.querySelector("input")?.focus();
  }

  async function change({ status, name }: { status: "open" | "closed"; name?: string }): Promise<void> {
    const asked = { ...unchanged, version: state.issue.version, status, rawStatus: name };
    tellArrival(await host.ask("edit", asked), context);
  }

  function close(): void {
    replaceChildren(place);
    button.focus();
  }

  function choose({ statuses, stale }: IssueChoices): void {
    replaceChildren(
      place,
      createPicker(
        {
          label: t("Change state to"),
          several: false,
          choices: statuses.map(({ name, status }) => ({
            value: name,
            label: status === "open" ? name : `${name} (${t("closes the issue")})`,
          })),
          chosen: [],
          note: stale ? t("From before: the tracker could not be asked.") : null,
          failed,
          onSubmit: async ([name]) => {
            const chosen = statuses.find((status) => status.name === name);
            if (chosen === undefined) return;
            await change(chosen);
            close();
          },
          onCancel: close,
        },
        context,
      ),
    );
  }

  function show(): void {
    button.hidden = !(state.abilities.changeStatus && state.canWrite);
    label.data =
      state.issue.provider === "jira"
        ? t("Change State…")
        : state.issue.status === "open"
          ? t("Close Issue")
          : t("Reopen Issue");
  }
  show();
  return {
    button,
    place,
    update: (next) => {
      state = next;
      show();
    },
  };
}
