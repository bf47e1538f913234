import type { SavedSettings } from "../../../shared/messages/settings-panel.ts";
import { confirmDialog } from "../../ui/dialog.ts";
import { element, replaceChildren } from "../../ui/dom.ts";
import type { SettingsContext } from "../context.ts";
import type { Page } from "../page.ts";
import { createAdd } from "./add.ts";
import { createEdit } from "./edit.ts";
import { createList } from "./list.ts";
import { createTests } from "./tests.ts";
import type { LoadedState, View } from "./view.ts";

/** The page of connections: a list, one connection of it, or a new one. */
export function createConnectionsPage(
  context: SettingsContext,
  first: LoadedState,
  saved: SavedSettings | null,
  onChange: () => void,
): Page {
  const { locale, notices } = context;
  const { t } = locale;
  const place = element("div");
  let state = first;
  const tests = createTests(context, () => view.update(state));
  let view: View = restore();
  place.append(view.element);

  function restore(): View {
    const draft = saved?.draft ?? null;
    if (saved?.view === "add") return addView(draft);
    if (saved?.view === "edit") return editView(saved.connectionId, draft) ?? listView();
    return listView();
  }

  function listView(): View {
    return createList(context, state, {
      tests,
      open: (id) => show(editView(id, null) ?? listView()),
      add: () => show(addView(null)),
    });
  }

  function addView(draft: SavedSettings["draft"]): View {
    return createAdd(context, state, {
      draft,
      back: () => void back(),
      onInput: onChange,
      added: (id, name) => {
        show(editView(id, null) ?? listView());
        notices.announce(t("{0} was added", name));
        void tests.start(id, name);
      },
    });
  }

  function editView(id: string, draft: SavedSettings["draft"]): View | null {
    return createEdit(context, state, id, {
      tests,
      draft,
      back: () => void back(),
      onInput: onChange,
      gone: (name) => {
        show(listView());
        notices.announce(t("{0} is not there any more", name));
      },
    });
  }

  function show(next: View): void {
    view = next;
    replaceChildren(place, next.element);
    window.scrollTo({ top: 0, behavior: "instant" });
    place.querySelector("h1")?.focus();
    onChange();
  }

  async function back(): Promise<void> {
    const from = view.place.connectionId;
    if (!(await mayLeave())) return;
    show(listView());
    // Back to where the reader came from.
    if (from !== "") focusRow(from);
  }

  function focusRow(id: string): void {
    const name = state.connections.find((connection) => connection.id === id)?.name;
    for (const button of place.querySelectorAll<HTMLButtonElement>("button.name")) {
      if (button.textContent === name) button.focus();
    }
  }

  async function mayLeave(): Promise<boolean> {
    if (!view.isDirty()) return true;
    const title = t("Discard what you have not saved?");
    return confirmDialog({ title, text: t("What was typed here is lost."), confirm: t("Discard") }, locale);
  }

  return {
    element: place,
    update: (next) => {
      state = next;
      view.update(next);
    },
    saved: () => ({ ...view.place, draft: view.draft() }),
    mayLeave,
  };
}
