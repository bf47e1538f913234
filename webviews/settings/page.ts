import type { SavedSettings } from "../../shared/messages/settings-panel.ts";
import type { LoadedState } from "./connections/view.ts";

/** One page of the settings, behind its entry in the navigation. */
export interface Page {
  element: HTMLElement;
  update(state: LoadedState): void;
  /** Where the reader is in it and what is not saved, without secrets. */
  saved(): Pick<SavedSettings, "view" | "connectionId" | "draft">;
  /** Asks where something would be lost. */
  mayLeave(): Promise<boolean>;
}
