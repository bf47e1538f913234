import * as vscode from "vscode";
import type { Aiops } from "../aiops.ts";
import type { Issue, ListedIssue } from "../../shared/entities/issue.ts";
import { AppError, errorMessage } from "../../shared/errors.ts";
import { issueIcon } from "../views/issue-item.ts";
import { ago, oneLine } from "../views/text.ts";
import { troubleMessage } from "../views/trouble-item.ts";

const shown = 30;
/** Milliseconds without a key before the server is asked. */
const settleMs = 120;

interface IssueItem extends vscode.QuickPickItem {
  issue?: Issue;
}

export interface PickOptions {
  /** Only open ones while nothing is typed, for work; both for looking something up. */
  openFirst: boolean;
  /** A button of the list: the text as typed, and the list closes. */
  showInView?: (text: string) => void;
}

/** Lets the person find an issue by full text, with results as they type. @returns undefined when they gave up */
export function pickIssue(
  aiops: Aiops,
  placeholder: string,
  options: PickOptions = { openFirst: true },
): Promise<Issue | undefined> {
  const pick = vscode.window.createQuickPick<IssueItem>();
  const showInView: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon("list-tree"),
    tooltip: vscode.l10n.t("Show These in the Issues View"),
  };
  pick.placeholder = placeholder;
  // The server has matched already, in comments too: the list must not match again by its own rules.
  pick.matchOnDescription = false;
  if (options.showInView !== undefined) {
    pick.title = vscode.l10n.t("Search Issues");
    pick.buttons = [showInView];
  }
  // What is found may be old, where a tracker can't be read.
  const old = troubleMessage(aiops.model.syncs.troubles());
  if (old !== undefined) pick.title = [pick.title, old].filter(Boolean).join(" · ");

  let asked = 0;
  let timer: NodeJS.Timeout | undefined;
  const search = async (): Promise<void> => {
    asked += 1;
    const mine = asked;
    pick.busy = true;
    try {
      const q = searchText(pick.value);
      const open = options.openFirst ? { status: "open" as const } : {};
      const query = q === undefined ? open : { q, highlight: true };
      const page = await aiops.connection.request((client) => client.issues.list({ ...query, limit: shown }));
      if (mine !== asked) return;
      pick.items =
        page.items.length === 0 ? [nothing(pick.value)] : [...page.items.map(issueEntry(aiops)), ...rest(page.total)];
    } catch (error) {
      if (mine !== asked) return;
      // Half-typed text may be no query yet: what the server says about it stands in the list.
      if (!(error instanceof AppError)) throw error;
      pick.items = [{ label: `$(error) ${oneLine(errorMessage(error))}`, alwaysShow: true }];
    } finally {
      if (mine === asked) pick.busy = false;
    }
  };

  return new Promise((resolve) => {
    pick.onDidChangeValue(() => {
      clearTimeout(timer);
      timer = setTimeout(() => void search(), settleMs);
    });
    pick.onDidTriggerButton(() => {
      options.showInView?.(pick.value.trim());
      pick.hide();
    });
    pick.onDidAccept(() => {
      const issue = pick.selectedItems[0]?.issue;
      if (issue === undefined) return;
      resolve(issue);
      pick.hide();
    });
    pick.onDidHide(() => {
      clearTimeout(timer);
      asked += 1;
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
    void search();
  });
}

/** While typing, the last word may be unfinished: it is looked for as a prefix. */
export function searchText(typed: string): string | undefined {
  const text = typed.trim();
  if (text === "") return undefined;
  return /[\p{L}\p{N}]$/u.test(text) ? `${text}*` : text;
}

function issueEntry(aiops: Aiops): (issue: ListedIssue) => IssueItem {
  return (issue) => {
    const project = aiops.model.projects.get(issue.projectId);
    return {
      label: `${issue.key} ${oneLine(issue.title)}`,
      description: [...issue.assignees.map(({ name }) => `@${oneLine(name)}`), ...issue.labels.map(oneLine)].join(
        " · ",
      ),
      detail: [project === undefined ? "" : oneLine(project.name), ago(issue.updatedAt), found(issue)]
        .filter(Boolean)
        .join(" · "),
      iconPath: issueIcon(issue),
      alwaysShow: true,
      issue,
    };
  };
}

/** Where the text was found outside of the title, what was searched for in ‹ ›: a quick pick has no other marks. */
function found({ snippet }: ListedIssue): string {
  if (snippet === undefined || snippet.text === "") return "";
  let text = "";
  let position = 0;
  for (const { start, end } of snippet.marks) {
    text += `${snippet.text.slice(position, start)}‹${snippet.text.slice(start, end)}›`;
    position = end;
  }
  return oneLine(text + snippet.text.slice(position));
}

function nothing(typed: string): IssueItem {
  return {
    label: typed.trim() === "" ? vscode.l10n.t("No issues yet. Sync a project first.") : vscode.l10n.t("Nothing found"),
    alwaysShow: true,
  };
}

function rest(total: number): IssueItem[] {
  return total <= shown ? [] : [{ label: vscode.l10n.t("{0} more: type to narrow", total - shown), alwaysShow: true }];
}
