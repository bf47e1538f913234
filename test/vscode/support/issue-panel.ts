import * as vscode from "vscode";
import type { Aiops } from "../../../extension/aiops.ts";
import { browser } from "../host/browser.ts";
import { issueNode } from "./product.ts";

/**
 * Opens the page of an issue.
 * @param text of its line in the tree, and of its heading
 * @param webview what all pages of the project's issues say: "project · tracker"
 */
export async function openPage(aiops: Aiops, text: string, webview: string): Promise<void> {
  await vscode.commands.executeCommand("aiops.openIssue", await issueNode(aiops, text));
  await browser.text({ selector: "h1", text, webview });
}

/** Writes a comment on the page that is open. */
export async function commentOnPage(body: string, webview: string): Promise<void> {
  const { fill } = browser;
  await fill({ selector: "#new-comment-text", webview }, body);
  await browser.click({ selector: ".composer vscode-button", text: "Comment", webview });
}

/** Writes another description on the page that is open. */
export async function describeOnPage(body: string, webview: string): Promise<void> {
  const { fill } = browser;
  await browser.click({ selector: "[aria-label='Edit description']", webview });
  await fill({ selector: "#edit-description-text", webview }, body);
  await browser.click({ selector: ".description vscode-button", text: "Save", webview });
}
