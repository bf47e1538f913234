import { element, setAttribute } from "./dom.ts";
import { icon, type IconName } from "./icons.ts";
import type { Locale } from "./locale.ts";
import type { Notices } from "./notices.ts";
import { runTask } from "./task.ts";

export interface BusyButtonOptions {
  label: string;
  /** While it runs. */
  busyLabel: string;
  /** Read out instead of the label, where several buttons have the same. */
  name?: string;
  icon?: IconName;
  appearance?: "primary" | "secondary";
  /** Rejects with what the person is to be told. */
  run(): Promise<void>;
}

export interface BusyButton {
  element: HTMLElement;
  setDisabled(disabled: boolean): void;
  /** As a click does; nothing while it runs already or is disabled. */
  press(): Promise<void>;
}

/** A button that stays in place and focused while its action runs, and can't be started twice. */
export function busyButton(options: BusyButtonOptions, context: { locale: Locale; notices: Notices }): BusyButton {
  const { locale, notices } = context;
  // Bare text: the toolkit squeezes elements in a button to the size of an icon.
  const label = new Text(options.label);
  const picture = options.icon === undefined ? null : icon(options.icon);
  picture?.setAttribute("slot", "start");
  const spinner = icon("working");
  spinner.setAttribute("slot", "start");
  const button = element(
    "vscode-button",
    {
      attributes: { appearance: options.appearance ?? "secondary", "aria-label": options.name ?? null },
      onClick: () => void press(),
    },
    picture,
    label,
  );

  function onBusy(busy: boolean): void {
    label.data = busy ? options.busyLabel : options.label;
    if (busy) button.prepend(spinner);
    else spinner.remove();
    if (picture !== null) setAttribute(picture, "hidden", busy);
    if (busy) notices.announce(options.busyLabel);
  }

  async function press(): Promise<void> {
    if (button.hasAttribute("disabled")) return;
    await runTask([button], { notices, failed: locale.t("{0} failed.", options.label), onBusy }, () => options.run());
  }

  return { element: button, setDisabled: (disabled) => setAttribute(button, "disabled", disabled), press };
}
