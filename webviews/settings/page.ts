import type { LoadedPage, SavedPage, SettingsPageId } from "../../shared/messages/settings-panel.ts";
import type { IconName } from "../ui/icons.ts";
import type { SettingsContext } from "./context.ts";

/** One page of the settings, as it is drawn. */
export interface Page<P extends SettingsPageId> {
  element: HTMLElement;
  update(state: LoadedPage<P>): void;
  /** Where the reader is in it and what is not saved, without secrets. */
  saved(): SavedPage<P>;
  /** Asks where something would be lost. */
  mayLeave: () => Promise<boolean>;
  /** Leads to one of its items; to the page itself where there is none of this id. */
  open: (item: string) => void;
}

/** What a page is begun with. */
export interface PageStart<P extends SettingsPageId> {
  first: LoadedPage<P>;
  /** Where the reader was, and what was typed; null for a new beginning. */
  saved: SavedPage<P> | null;
  /** To be called when `Page.saved` answers something else. */
  onChange: () => void;
}

/** An entry of the navigation with its page. */
export interface PageEntry<P extends SettingsPageId> {
  id: P;
  /** English, to be translated where it is shown. */
  label: string;
  icon: IconName;
  create: (context: SettingsContext, start: PageStart<P>) => Page<P>;
}
