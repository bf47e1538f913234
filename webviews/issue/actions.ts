import type { IssuePanelSurroundings, Outcome } from "../../shared/messages/issue-panel.ts";
import { element, setAttribute } from "../ui/dom.ts";
import { icon, type IconName } from "../ui/icons.ts";
import type { PanelContext } from "./context.ts";

interface Action {
  label: string;
  /** While it runs. */
  busyLabel: string;
  icon: IconName;
  primary?: boolean;
  /** Whether it changes something, and so needs `canWrite`. */
  writes?: boolean;
  run(): Promise<Outcome>;
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
      writes: true,
      run: () => host.ask("startWork"),
    },
    {
      label: t("Populate AGENTS.override.md"),
      busyLabel: t("Preparing the preview…"),
      icon: "file",
      writes: true,
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
    ...buttons.map(({ button }) => button),
    reason,
  );
  return {
    element: toolbar,
    add: (button, place) => {
      reason.before(button);
      reason.after(place);
    },
    update: ({ canWrite, readOnlyReason }) => {
      for (const { action, button } of buttons) {
        if (action.writes) setAttribute(button, "disabled", !canWrite);
      }
      reason.textContent = canWrite ? "" : (readOnlyReason ?? t("This issue can only be read here."));
      reason.hidden = canWrite;
    },
  };
}

function actionButton(action: Action, { locale, notices }: PanelContext): HTMLElement {
  // Bare text: the toolkit squeezes elements in a button to the size of an icon.
  const label = new Text(action.label);
  const picture = icon(action.icon);
  picture.setAttribute("slot", "start");
  const spinner = icon("working");
  spinner.setAttribute("slot", "start");
  const button = element(
    "vscode-button",
    { attributes: { appearance: action.primary ? "primary" : "secondary" }, onClick: () => void run() },
    picture,
    label,
  );

  function showBusy(busy: boolean): void {
    setAttribute(button, "aria-busy", busy && "true");
    label.data = busy ? action.busyLabel : action.label;
    if (busy) picture.replaceWith(spinner);
    else spinner.replaceWith(picture);
  }

  async function run(): Promise<void> {
    if (button.hasAttribute("aria-busy") || button.hasAttribute("disabled")) return;
    showBusy(true);
    notices.dismiss();
    notices.announce(action.busyLabel);
    try {
      const outcome = await action.run();
      const ended = outcome === "done" ? locale.t("{0}: done", action.label) : locale.t("{0}: cancelled", action.label);
      notices.announce(ended);
    } catch (error) {
      notices.fail(locale.t("{0} failed.", action.label), error);
    } finally {
      showBusy(false);
    }
  }
  return button;
}
