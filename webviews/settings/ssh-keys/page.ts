import type { Page, PageStart } from "../page.ts";
import type { SettingsContext } from "../context.ts";
import { createItemsPage } from "../views.ts";
import { addView } from "./add.ts";
import { editView } from "./edit.ts";
import { listView } from "./list.ts";

/** The page of SSH keys that projects reach their repositories with, and of the hosts whose keys were recorded. */
export function createSshKeysPage(context: SettingsContext, start: PageStart<"sshKeys">): Page<"sshKeys"> {
  return createItemsPage(context, start, {
    list: (state, ways) => listView(context, state, ways),
    add: (state, ways, draft) => addView(context, state, ways, draft),
    edit: (state, ways, id, draft) => {
      const key = state.keys.find((one) => one.id === id);
      return key === undefined ? null : editView(context, state, ways, { key, draft });
    },
  });
}
