// The smallest extension that shows the test host works: a command, a tree and a panel.
import * as vscode from "vscode";

export function activate(context) {
  context.subscriptions.push(
    vscode.window.registerTreeDataProvider("fixture.tree", {
      getTreeItem: (element) => new vscode.TreeItem(element),
      getChildren: () => ["First thing", "Second thing"],
    }),
    vscode.commands.registerCommand("fixture.hello", async (name) => {
      const { greeting } = await import("./greeting.js");
      return greeting(name);
    }),
    vscode.commands.registerCommand("fixture.panel", () => {
      const panel = vscode.window.createWebviewPanel("fixture", "Fixture panel", vscode.ViewColumn.One, {
        enableScripts: true,
      });
      panel.webview.html = `<!doctype html><title>Fixture panel</title><button onclick="this.textContent='Pressed'">Press me</button>`;
    }),
  );
}
