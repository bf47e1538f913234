import * as vscode from "vscode";
import { waitFor } from "../../support/wait.ts";
import { browser } from "../host/browser.ts";
import type { IssuesNode } from "../../../extension/views/issues-view.ts";

const box = "#new-comment-text";

/**
 * Comments on an issue of the tree as a person does: the command leads to its page, with the cursor where one writes.
 * @param webview a text of that page
 */
export async function commentFromTree(node: IssuesNode, text: string, webview: string): Promise<void> {
  await vscode.commands.executeCommand("aiops.commentIssue", node);
  await browser.text({ selector: `${box}:focus`, webview });
  await browser.type(text);
  await browser.press("Control+Enter");
  const typed = `document.querySelector(${JSON.stringify(box)}).value`;
  await waitFor(async () => (await browser.evaluate(typed, webview)) === "", { what: "the comment to be sent" });
}
