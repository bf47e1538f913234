import assert from "node:assert/strict";
import * as vscode from "vscode";
import { waitFor } from "../../support/wait.ts";

/**
 * VS Code's own figures: the table "Extension Activation Stats" of the page that "Developer: Startup Performance" opens.
 * Printed as one line for the benchmark beside this folder.
 */
describe("activation", () => {
  it("is measured by VS Code beside the built-in git extension", async () => {
    await vscode.extensions.getExtension("vscode.git")?.activate();
    await vscode.extensions.getExtension("aiops.aiops")?.activate();
    await vscode.commands.executeCommand("perfview.show");
    const text = await waitFor(
      () => {
        const document = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === "perf");
        const content = document?.getText() ?? "";
        return /\|\s*aiops\.aiops\s*\|/.test(content) && /\|\s*vscode\.git\s*\|/.test(content) && content;
      },
      { what: "VS Code's activation figures" },
    );
    const figures = Object.fromEntries(["aiops.aiops", "vscode.git"].map((id) => [id, rowOf(text, id)]));
    process.stdout.write(`ACTIVATION ${JSON.stringify(figures)}\n`);
  });
});

/** Load code, call activate and finish activate, in milliseconds. */
function rowOf(text: string, id: string): { load: number; call: number; finish: number } {
  const lines = text.split("\n");
  const heading = lines.find((line) => /\|\s*Load Code\s*\|/.test(line));
  const row = lines.find((line) => line.split("|").some((cell) => cell.trim() === id));
  assert(heading !== undefined && row !== undefined, text);
  const names = heading.split("|").map((cell) => cell.trim());
  const cells = row.split("|").map((cell) => cell.trim());
  const value = (name: string) => Number(cells[names.indexOf(name)]);
  return { load: value("Load Code"), call: value("Call Activate"), finish: value("Finish Activate") };
}
