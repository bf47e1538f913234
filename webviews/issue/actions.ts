import type { IssuePanelSurroundings } from "../../shared/messages/issue-panel.ts";
import type { Outcome } from "../../shared/messages/panel.ts";
import { busyButton, type BusyButton } from "../ui/busy-button.ts";
import { element } from "../ui/dom.ts";
import type { IconName } from "../ui/icons.ts";
import type { PanelContext } from "./context.ts";

interface Action {
  label: string;
  /** While it runs. */
  busyLabel: string;
  icon: IconName;
  primary?: boolean;
  /** Whether it changes files of a working tree, and so needs `canWrite` and a repository. */
  works?: boolean;
  run: () => Promise<Outcome>;
}

export interface Actions {
  element: HTMLElement;
  /** Puts a further button behind the others, and what it opens below them. */
  add(button: HTMLElement, place: HTMLElement): void;
  update(surroundings: IssuePanelSurroundings): void;
}

/** The toolbar. Each button stays in place and focused while its action runs, and cannot be started twice. */
export function createActions(context: PanelContext): Actions {
  const { host, locale } = context;
  const { t } = locale;
  const actions: Action[] = [
    {
      label: t("Start Work"),
      busyLabel: t("Starting work…"),
      icon: "play",
      primary: true,
      works: true,
      run: () => host.ask("startWork"),
    },
    {
      label: t("Populate AGENTS.override.md"),
      busyLabel: t("Preparing the preview…"),
      icon: "file",
      works: true,
      run: () => host.ask("populateContext"),
    },
    {
      label: t("Open in Browser"),
      busyLabel: t("Opening…"),
      icon: "external",
      run: () => host.ask("openInBrowser"),
    },
    { label: t("Refresh"), busyLabel: t("Refreshing…"), icon: "refresh", run: () => host.ask("refresh") },
  ];
  const buttons = actions.map((action) => ({ action, button: actionButton(action, context) }));
  const reason = element("p", { class: "read-only-reason", attributes: { id: "read-only-reason", hidden: true } });
  const toolbar = element(
    "div",
    { class: "actions", attributes: { role: "group", "aria-label": t("Actions"), "aria-describedby": reason.id } },
    ...buttons.map(({ button }) => button.element),
    reason,
  );
  return {
    element: toolbar,
    add: (button, place) => {
      reason.before(button);
      reason.after(place);
    },
    update: ({ canWrite, readOnlyReason, hasRepository }) => {
      for (const { action, button } of buttons) {
        if (action.works !== true) continue;
        button.setDisabled(!canWrite);
        button.element.hidden = !hasRepository;
      }
      reason.textContent = canWrite ? "" : (readOnlyReason ?? t("This issue can only be read here."));
      reason.hidden = canWrite;
    },
  };
}

function actionButton({ label, busyLabel, icon, primary, run }: Action, context: PanelContext): BusyButton {
  const { locale, notices } = context;
  return busyButton(
    {
      label,
      busyLabel,
      icon,
      appearance: primary === true ? "primary" : "secondary",
      run: async () => {
        const outcome = await run();
        notices.announce(outcome === "done" ? locale.t("{0}: done", label) : locale.t("{0}: cancelled", label));
      },
    },
    context,
  );
}
