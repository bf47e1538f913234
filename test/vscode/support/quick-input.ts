import * as vscode from "vscode";
import { waitFor } from "../../support/wait.ts";
import { browser } from "../host/browser.ts";

const widget = ".quick-input-widget:not([style*='display: none'])";

/** The quick pick or input box that is open, as a person uses it. */
export const quickInput = {
  /** Waits until the box asks something that contains the text. */
  asks: (text: string): Promise<string> => browser.text({ selector: widget, text }),
  /** Types into the box, without Enter. */
  fill: (text: string): Promise<void> =>
    browser.fill(`${widget} input[type="text"], ${widget} input[type="password"]`, text),
  enter: (): Promise<void> => browser.press("Enter"),
  escape: (): Promise<void> => browser.press("Escape"),
  /** Chooses the entry that contains the text. */
  choose: (text: string): Promise<void> =>
    browser.click({ selector: `${widget} .quick-input-list .monaco-list-row`, text }),
  /** Waits for an entry that contains the text, and answers all of it. */
  entry: (text: string): Promise<string> =>
    browser.text({ selector: `${widget} .quick-input-list .monaco-list-row`, text }),
};

// Under test VS Code shows no toasts, only the list of notifications.
const notice = ".notifications-center .notification-list-item";

/** Waits for a notification that contains the text, and answers all of it. */
export async function notification(text: string): Promise<string> {
  await waitFor(
    async () => {
      // The list closes by itself whenever the last notification in it goes.
      await vscode.commands.executeCommand("notifications.showList");
      return (await browser.count({ selector: notice, text })) > 0;
    },
    { what: `a notification with "${text}"` },
  );
  return browser.text({ selector: notice, text });
}

/** Presses a button of the notification that contains the text. */
export async function answerNotification(text: string, button: string): Promise<void> {
  await notification(text);
  await browser.click({ selector: `${notice}:has-text(${JSON.stringify(text)}) .monaco-button`, text: button });
}

/** Removes all notifications. */
export async function clearNotifications(): Promise<void> {
  await vscode.commands.executeCommand("notifications.clearAll");
}
