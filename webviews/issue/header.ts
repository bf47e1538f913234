import type { PanelIssue } from "../../shared/messages/issue-panel.ts";
import { element, replaceChildren } from "../ui/dom.ts";
import { icon } from "../ui/icons.ts";
import type { PanelContext } from "./context.ts";

const providerNames = { github: "GitHub", gitlab: "GitLab", jira: "Jira" } satisfies Record<
  PanelIssue["provider"],
  string
>;

export interface Header {
  element: HTMLElement;
  update(issue: PanelIssue, projectName: string): void;
}

/** Key, title, state, who opened it and when. */
export function createHeader({ locale }: PanelContext): Header {
  const { t } = locale;
  const origin = element("p", { class: "origin" });
  const title = element("h1", { class: "title", attributes: { dir: "auto" } });
  const summary = element("p", { class: "summary" });
  return {
    element: element("header", {}, origin, title, summary),
    update: (issue, projectName) => {
      origin.textContent = `${projectName} · ${providerNames[issue.provider]}`;
      replaceChildren(
        title,
        element("bdi", {}, plainLine(issue.title)),
        " ",
        element("span", { class: "key" }, issue.key),
      );
      replaceChildren(summary, stateBadge(issue, t), ...history(issue));
    },
  };

  function history(issue: PanelIssue): Node[] {
    const parts = [
      element("span", {}, element("strong", {}, issue.author.name), ` ${t("opened")} `, locale.time(issue.createdAt)),
      element("span", {}, `${t("updated")} `, locale.time(issue.updatedAt)),
    ];
    if (issue.closedAt !== null) parts.push(element("span", {}, `${t("closed")} `, locale.time(issue.closedAt)));
    parts.push(element("span", {}, `${t("synced")} `, locale.time(issue.syncedAt)));
    return parts;
  }
}

function stateBadge(issue: PanelIssue, t: (english: string) => string): HTMLElement {
  const word = issue.status === "open" ? t("Open") : t("Closed");
  const raw = issue.rawStatus.toLowerCase() === issue.status ? "" : ` · ${plainLine(issue.rawStatus)}`;
  return element("span", { class: `state state-${issue.status}` }, icon(issue.status), `${word}${raw}`);
}

/** Text on one line: control characters could not be seen, and would be copied. */
export function plainLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ").trim();
}
