import type { SettingsContext } from "../context.ts";
import type { Page, PageStart } from "../page.ts";
import { createItemsPage } from "../views.ts";
import { addTokenView } from "./add-token.ts";
import { overview } from "./overview.ts";

/** The page about one's own sign-in: devices, personal access tokens, the password and one-time codes. */
export function createSignInPage(context: SettingsContext, start: PageStart<"signIn">): Page<"signIn"> {
  return createItemsPage(context, start, {
    list: (state, ways) => overview(context, state, ways),
    add: (state, ways, draft) => addTokenView(context, state, ways, draft),
    edit: () => null,
  });
}
