import type { toNewIssueHost } from "../../../shared/messages/new-issue.ts";
import type { Host } from "../../ui/messaging.ts";
import type { TextContext } from "../context.ts";

/** What every part of the page is given. */
export interface NewIssueContext extends TextContext {
  host: Host<typeof toNewIssueHost>;
}
