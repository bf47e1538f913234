import type { EventEntity } from "../../shared/entities/event.ts";
import type { SettingsData, SettingsPageId } from "../../shared/messages/settings-panel.ts";
import type { Connected } from "../connection/state.ts";

/** Where a page of the settings gets what it shows. */
export interface PageSource<P extends SettingsPageId> {
  /** Changes of these are followed while the page is looked at. */
  entities: readonly EventEntity[];
  read: (connected: Connected) => Promise<SettingsData[P]>;
}
