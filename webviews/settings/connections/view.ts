import type { SavedSettings, SettingsDraft, SettingsState } from "../../../shared/messages/settings-panel.ts";

export type LoadedState = Extract<SettingsState, { kind: "loaded" }>;

/** One of the views the page of connections changes between. */
export interface View {
  element: HTMLElement;
  place: Pick<SavedSettings, "view" | "connectionId">;
  update: (state: LoadedState) => void;
  /** What is typed and not saved, without secrets; null for nothing. */
  draft: () => SettingsDraft | null;
  /** Whether leaving loses something, secrets included. */
  isDirty: () => boolean;
}
