import * as vscode from "vscode";
import type { Issue, IssueAbilities, ListedIssue } from "../../shared/entities/issue.ts";
import { link } from "../../shared/messages/shape.ts";
import { AppError } from "../../shared/errors.ts";
import { ago, appendFact, beginning, dateTime, oneLine, untrustedMarkdown } from "./text.ts";

const previewLines = 12;
const previewCharacters = 700;

const providerNames: Record<Issue["provider"], string> = { github: "GitHub", gitlab: "GitLab", jira: "Jira" };

export function providerName(provider: string): string {
  return Object.hasOwn(providerNames, provider) ? providerNames[provider as Issue["provider"]] : provider;
}

export function providerIcon(provider: string): vscode.ThemeIcon {
  const icons: Record<Issue["provider"], string> = { github: "github", gitlab: "git-merge", jira: "tasklist" };
  return new vscode.ThemeIcon(Object.hasOwn(icons, provider) ? icons[provider as Issue["provider"]] : "globe");
}

/** Which tracker, and whether it is done: the tracker's own sign while open, a tick when closed. */
export function issueIcon({ provider, status }: Issue): vscode.ThemeIcon {
  return status === "closed" || provider === "github"
    ? statusIcon(status)
    : new vscode.ThemeIcon(providerIcon(provider).id, new vscode.ThemeColor("charts.green"));
}

export function statusIcon(status: Issue["status"]): vscode.ThemeIcon {
  return status === "open"
    ? new vscode.ThemeIcon("issues", new vscode.ThemeColor("charts.green"))
    : new vscode.ThemeIcon("pass", new vscode.ThemeColor("charts.purple"));
}

export function statusName(status: string): string {
  return status === "open" ? vscode.l10n.t("Open") : vscode.l10n.t("Closed");
}

export interface IssueItemOptions {
  /** Of the item, stable. */
  id: string;
  /** Whether the line says which tracker it is of. */
  namesProvider: boolean;
  /** Whether its project has a repository to work in. */
  hasRepository: boolean;
  /** What can be done with it at its tracker; undefined while that is not known. */
  abilities: IssueAbilities | undefined;
}

/** An issue as a line of the tree; its tooltip is made by {@link issueTooltip} when it is hovered over. */
export function issueItem(
  issue: ListedIssue,
  { id, namesProvider, hasRepository, abilities }: IssueItemOptions,
): vscode.TreeItem {
  const item = new vscode.TreeItem(markedLabel(issue));
  const people = issue.assignees.map(({ name }) => `@${oneLine(name)}`).join(" ");
  const labels = issue.labels.map((label) => oneLine(label)).join(", ");
  item.id = id;
  const tracker = namesProvider ? providerName(issue.provider) : "";
  item.description = [tracker, people, labels, ago(issue.updatedAt)].filter((part) => part !== "").join(" · ");
  item.iconPath = issueIcon(issue);
  const work = hasRepository ? ["work"] : [];
  item.contextValue = ["issue", issue.status, ...work, ...actions(issue, abilities)].join(".");
  item.command = { command: "aiops.openIssue", title: vscode.l10n.t("Open Issue"), arguments: [{ issueId: issue.id }] };
  item.accessibilityInformation = {
    label: [
      issue.key,
      oneLine(issue.title),
      tracker,
      statusName(issue.status),
      people === "" ? vscode.l10n.t("not assigned") : vscode.l10n.t("assigned to {0}", people),
      labels === "" ? "" : vscode.l10n.t("labels {0}", labels),
      vscode.l10n.t("updated {0}", ago(issue.updatedAt)),
    ]
      .filter((part) => part !== "")
      .join(", "),
  };
  return item;
}

/** What the menu offers, as parts of the context value: what is not known to work is not offered. */
function actions({ gone }: Issue, abilities: IssueAbilities | undefined): string[] {
  if (gone === true || abilities === undefined) return [];
  const { comment, changeStatus, label, assign } = abilities;
  return Object.entries({ comment, changeStatus, label, assign }).flatMap(([name, can]) => (can ? [name] : []));
}

/** Key and title, with what was searched for marked; marks of a title that had to be cleaned would not fit. */
function markedLabel({ key, title, snippet }: ListedIssue): vscode.TreeItemLabel | string {
  const label = `${key} ${oneLine(title)}`;
  if (snippet === undefined || snippet.titleMarks.length === 0 || oneLine(title) !== title) return label;
  const before = key.length + 1;
  return { label, highlights: snippet.titleMarks.map(({ start, end }) => [start + before, end + before]) };
}

/** Title, facts, the first lines and a link. Everything from the tracker is shown as text. */
export function issueTooltip(issue: Issue): vscode.MarkdownString {
  const markdown = untrustedMarkdown();
  markdown
    .appendMarkdown("**")
    .appendText(`${issue.key} ${oneLine(issue.title)}`)
    .appendMarkdown("**");
  appendFact(
    markdown,
    vscode.l10n.t("State"),
    `${statusName(issue.status)} (${issue.rawStatus}) · ${providerName(issue.provider)}`,
  );
  if (issue.assignees.length > 0) {
    appendFact(markdown, vscode.l10n.t("Assigned to"), issue.assignees.map(({ name }) => name).join(", "));
  }
  if (issue.labels.length > 0) appendFact(markdown, vscode.l10n.t("Labels"), issue.labels.join(", "));
  if (issue.milestone !== null) appendFact(markdown, vscode.l10n.t("Milestone"), issue.milestone);
  appendFact(
    markdown,
    vscode.l10n.t("Updated"),
    vscode.l10n.t("{0}, {1} comments", dateTime(issue.updatedAt), issue.commentCount),
  );
  const preview = beginning(issue.body, previewLines, previewCharacters);
  if (preview !== "") markdown.appendMarkdown("\n\n---\n\n").appendText(preview);
  const address = webAddress(issue.url);
  if (address !== undefined) {
    markdown.appendMarkdown(
      `\n\n[${vscode.l10n.t("Open in the browser")}](${address.replaceAll(/[()\s]/g, encodeURIComponent)})`,
    );
  }
  return markdown;
}

/** The address a tracker gave for an issue, if a browser may be sent there. */
export function webAddress(url: string): string | undefined {
  try {
    const address = link(url, "url");
    return address.startsWith("http") ? address : undefined;
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
