import { AppError } from "../../../shared/errors.ts";
import { savedNewIssue, toNewIssueHost, toNewIssuePage } from "../../../shared/messages/new-issue.ts";
import { connectHost } from "../../ui/messaging.ts";
import { richTextContext } from "../../ui/rich-text-context.ts";
import { startPage } from "../../ui/start-page.ts";
import { createNewIssue, type NewIssue } from "./page.ts";

/** The page on which an issue is written. */
export async function startNewIssue(root: HTMLElement): Promise<void> {
  await startPage(root, {
    connect: (toDrawing: (tell: (page: NewIssue) => void) => void) =>
      connectHost({
        ours: toNewIssuePage,
        theirs: toNewIssueHost,
        handlers: {
          show: (state) => toDrawing((page) => page.show(state)),
          surroundings: (next) => toDrawing((page) => page.updateSurroundings(next)),
          add: (start) => toDrawing((page) => page.add(start)),
        },
        onRefused: (error) => reportError(error),
      }),
    ready: (host) => host.ask("ready"),
    openLink: (host, url) => host.ask("openLink", { url }),
    saved: savedNewIssue,
    draw: (place, { host, locale, notices }, saved) => {
      const asked = {
        copy: (text: string) => host.ask("copy", { text }),
        // The server fetches pictures for issues that are there.
        image: () => Promise.reject(new AppError("not_found", locale.t("Pictures are shown once the issue is made."))),
      };
      return createNewIssue(place, { host, notices, ...richTextContext(asked, locale, notices) }, saved);
    },
  });
}
