import type { SettingsPageId } from "./settings-panel.ts";

/** The pages of the settings about the person who looks at them; all others are for administrators. */
export const personalPages: readonly SettingsPageId[] = ["signIn"];
