import type { toIssueHost } from "../../shared/messages/issue-panel.ts";
import type { Host } from "../ui/messaging.ts";
import type { Notices } from "../ui/notices.ts";
import type { RichTextContext } from "../ui/rich-text.ts";

/** What every part of the panel is given. */
export interface PanelContext extends RichTextContext {
  host: Host<typeof toIssueHost>;
  notices: Notices;
}
