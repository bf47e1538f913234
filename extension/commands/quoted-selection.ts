import * as vscode from "vscode";
import { permalinkOf } from "./permalink.ts";

/** What of VS Code's own git extension is used here. https://github.com/microsoft/vscode/tree/main/extensions/git */
interface GitExtension {
  getAPI(version: 1): {
    getRepository(uri: vscode.Uri): {
      rootUri: vscode.Uri;
      state: { HEAD?: { commit?: string }; remotes: { name: string; fetchUrl?: string }[] };
    } | null;
  };
}

/** Characters of code in an issue; what is beyond is cut. */
const longest = 20_000;

/** The selection, or the line of the cursor, as a code block with its file, lines and a link to them as they are now. */
export async function quotedSelection({ document, selection }: vscode.TextEditor): Promise<string> {
  const range = selection.isEmpty ? document.lineAt(selection.active.line).range : selection;
  const code = document.getText(range).slice(0, longest);
  // A selection to the beginning of a line does not mean that line.
  const last = range.end.character === 0 && range.end.line > range.start.line ? range.end.line : range.end.line + 1;
  const lines = { first: range.start.line + 1, last };
  const path = vscode.workspace.asRelativePath(document.uri, false);
  const place = lines.first === lines.last ? `${path}:${lines.first}` : `${path}:${lines.first}-${lines.last}`;
  const link = await permalink(document.uri, lines);
  const fence = "`".repeat(Math.max(3, longestRun(code) + 1));
  const heading = link === undefined ? `\`${place}\`` : `[\`${place}\`](${link})`;
  return `${heading}\n\n${fence}${document.languageId}\n${code}\n${fence}`;
}

function longestRun(code: string): number {
  return Math.max(0, ...Array.from(code.matchAll(/`+/g), ([run]) => run.length));
}

/** The lines in the commit that is checked out, at the remote's web page; undefined where git does not know one. */
async function permalink(
  uri: vscode.Uri,
  { first, last }: { first: number; last: number },
): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension<GitExtension>("vscode.git");
  if (extension === undefined) return undefined;
  const repository = (await extension.activate()).getAPI(1).getRepository(uri);
  const { HEAD, remotes = [] } = repository?.state ?? {};
  const remote = (remotes.find(({ name }) => name === "origin") ?? remotes[0])?.fetchUrl;
  if (repository === null || HEAD?.commit === undefined || remote === undefined) return undefined;
  return permalinkOf(remote, HEAD.commit, uri.path.slice(repository.rootUri.path.length + 1), first, last);
}
