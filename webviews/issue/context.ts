import type { toIssueHost } from "../../shared/messages/issue-panel.ts";
import type { Host } from "../ui/messaging.ts";
import type { Notices } from "../ui/notices.ts";
import type { RichTextContext } from "../ui/rich-text.ts";

/** What a part is given that shows text of the tracker, and says what fails. */
export interface TextContext extends RichTextContext {
  notices: Notices;
}

/** What every part of the panel is given. */
export interface PanelContext extends TextContext {
  host: Host<typeof toIssueHost>;
}
