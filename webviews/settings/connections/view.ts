import type { LoadedPage } from "../../../shared/messages/settings-panel.ts";
import type { View as PageView } from "../views.ts";

export type LoadedState = LoadedPage<"connections">;
export type View = PageView<"connections">;
