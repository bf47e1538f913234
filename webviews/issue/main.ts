import "../ui/theme.css";
import "../ui/forms.css";
import "../ui/rich-text.css";
import "./issue.css";
import { savedIssuePanel, toIssueHost, toIssuePanel } from "../../shared/messages/issue-panel.ts";
import { newIssuePage } from "../../shared/messages/new-issue.ts";
import { connectHost } from "../ui/messaging.ts";
import { richTextContext } from "../ui/rich-text-context.ts";
import { panelRoot, startPage } from "../ui/start-page.ts";
import { startNewIssue } from "./new/start.ts";
import { createIssuePanel, type IssuePanel } from "./panel.ts";

const root = panelRoot();
if (root.dataset["page"] === newIssuePage) void startNewIssue(root);
else void startIssue();

/** The page of an issue. */
async function startIssue(): Promise<void> {
  await startPage(root, {
    connect: (toDrawing: (tell: (panel: IssuePanel) => void) => void) =>
      connectHost({
        ours: toIssuePanel,
        theirs: toIssueHost,
        handlers: {
          show: (state) => toDrawing((panel) => panel.show(state)),
          surroundings: (next) => toDrawing((panel) => panel.updateSurroundings(next)),
          writeComment: () => toDrawing((panel) => panel.writeComment()),
        },
        onRefused: (error) => reportError(error),
      }),
    ready: (host) => host.ask("ready"),
    openLink: (host, url) => host.ask("openLink", { url }),
    saved: savedIssuePanel,
    draw: (place, { host, locale, notices }, saved) => {
      const asked = {
        copy: (text: string) => host.ask("copy", { text }),
        image: (url: string) => host.ask("image", { url }),
      };
      return createIssuePanel(place, { host, notices, ...richTextContext(asked, locale, notices) }, saved);
    },
  });
}
