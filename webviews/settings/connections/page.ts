import type { SettingsContext } from "../context.ts";
import type { Page, PageStart } from "../page.ts";
import { createItemsPage } from "../views.ts";
import { createAdd } from "./add.ts";
import { createEdit } from "./edit.ts";
import { createList } from "./list.ts";
import { createTests } from "./tests.ts";

/** The page of connections: a list, one connection of it, or a new one. */
export function createConnectionsPage(context: SettingsContext, start: PageStart<"connections">): Page<"connections"> {
  const { t } = context.locale;
  const { notices } = context;
  let state = start.first;
  const tests = createTests(context, () => page.update(state));
  const page = createItemsPage(context, start, {
    list: (now, ways) => createList(context, now, { tests, ways }),
    add: (now, ways, draft) =>
      createAdd(context, now, {
        draft,
        ways,
        added: (id, name) => {
          ways.edit(id);
          notices.announce(t("{0} was added", name));
          void tests.start(id, name);
        },
      }),
    edit: (now, ways, id, draft) =>
      createEdit(context, now, id, {
        tests,
        draft,
        ways,
        gone: (name) => {
          ways.list();
          notices.announce(t("{0} is not there any more", name));
        },
      }),
  });
  return {
    ...page,
    update: (next) => {
      state = next;
      page.update(next);
    },
  };
}
