import type { FormDraft } from "../../../shared/messages/settings-panel.ts";
import { callOperation, type SettingsContext } from "../context.ts";
import { itemList } from "../item-list.ts";
import type { Page, PageStart } from "../page.ts";
import { addPage, createItemsPage, type View, type Ways } from "../views.ts";
import { editPerson } from "./edit.ts";
import { personForm } from "./form.ts";
import { personFacts, problemOf, strategyText, type PeopleState } from "./words.ts";

/** The page of people: who may sign in, what they may, and which Linux user each works as. */
export function createPeoplePage(context: SettingsContext, start: PageStart<"people">): Page<"people"> {
  const { locale } = context;
  const { t } = locale;
  return createItemsPage(context, start, {
    list: (first, ways) =>
      itemList(context, first, {
        title: t("People"),
        lead: (state) => strategyText(state, locale),
        addLabel: t("Add Person"),
        emptyText: t("Nobody is here yet."),
        icon: "person",
        items: ({ people }) => people,
        facts: (person, state) => personFacts(person, state, locale),
        problem: problemOf,
        ways,
      }),
    add: (state, ways, draft) => addPerson(context, state, ways, draft),
    edit: (state, ways, id, draft) => {
      const person = state.people.find((one) => one.id === id);
      return person === undefined ? null : editPerson(context, state, ways, person, draft);
    },
  });
}

function addPerson(context: SettingsContext, first: PeopleState, ways: Ways, draft: FormDraft | null): View<"people"> {
  const { t } = context.locale;
  let shown = first;
  const made = personForm(context, ways, () => shown, {
    saved: null,
    draft,
    submitLabel: t("Add Person"),
    busyLabel: t("Adding…"),
    onCancel: () => void ways.back(),
    submit: async (input) => {
      const { id, name } = await callOperation(context, "users.create", input);
      ways.edit(id);
      context.notices.announce(t("{0} was added", name));
    },
  });
  return addPage(made, { back: t("All people"), title: t("Add Person"), first, ways }, (state) => {
    shown = state;
  });
}
