import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Aiops } from "../../../extension/aiops.ts";
import type { ConnectionState } from "../../../extension/connection/state.ts";
import type { IssuesNode } from "../../../extension/views/issues-view.ts";
import { errorMessage } from "../../../shared/errors.ts";
import { waitFor } from "../../support/wait.ts";

/** The product as VS Code activated it. */
export async function product(): Promise<Aiops> {
  const extension = vscode.extensions.getExtension<Aiops>("aiops.aiops");
  assert.ok(extension, "the extension aiops.aiops is not installed");
  return extension.activate();
}

/** Waits for a state of the connection; a failure tells which one there is instead. */
export async function connectionState<K extends ConnectionState["kind"]>(
  aiops: Aiops,
  kind: K,
  matches: (state: Extract<ConnectionState, { kind: K }>) => boolean = () => true,
): Promise<Extract<ConnectionState, { kind: K }>> {
  const isIt = (state: ConnectionState): state is Extract<ConnectionState, { kind: K }> => state.kind === kind;
  try {
    return await waitFor(
      () => {
        const { state } = aiops.connection;
        return isIt(state) && matches(state) ? state : undefined;
      },
      { what: `the state ${kind}`, timeoutMs: 20_000 },
    );
  } catch (error) {
    throw new Error(`${errorMessage(error)}; it is ${JSON.stringify(aiops.connection.state)}`, { cause: error });
  }
}

/** The product, connected to its server. */
export async function connected(): Promise<Aiops> {
  const aiops = await product();
  await connectionState(aiops, "connected");
  return aiops;
}

/** A tree as a person reads it: a line for each item, indented, with its description behind `|`. */
export async function treeText<T>(view: vscode.TreeDataProvider<T>, parent?: T, indent = ""): Promise<string> {
  const lines: string[] = [];
  for (const node of (await view.getChildren(parent)) ?? []) {
    const item = await view.getTreeItem(node);
    lines.push(`${indent}${labelOf(item)}${item.description ? ` | ${String(item.description)}` : ""}`);
    const below = await treeText(view, node, `${indent}  `);
    if (below !== "") lines.push(below);
  }
  return lines.join("\n");
}

/** The node of a tree whose label contains a text. */
export async function findNode<T>(view: vscode.TreeDataProvider<T>, text: string, parent?: T): Promise<T | undefined> {
  for (const node of (await view.getChildren(parent)) ?? []) {
    if (labelOf(await view.getTreeItem(node)).includes(text)) return node;
    const below = await findNode(view, text, node);
    if (below !== undefined) return below;
  }
  return undefined;
}

/** The node of an issue. */
export async function issueNode(aiops: Aiops, text: string): Promise<IssuesNode> {
  return waitFor(() => findNode(aiops.views.issues, text), { what: `the issue ${text} in the tree` });
}

function labelOf(item: vscode.TreeItem): string {
  return typeof item.label === "string" ? item.label : (item.label?.label ?? "");
}
