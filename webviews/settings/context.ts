import type { toSettingsHost } from "../../shared/messages/settings-panel.ts";
import type { Locale } from "../ui/locale.ts";
import type { Host } from "../ui/messaging.ts";
import type { Notices } from "../ui/notices.ts";

/** What every part of the panel is given. */
export interface SettingsContext {
  host: Host<typeof toSettingsHost>;
  locale: Locale;
  notices: Notices;
}
