import type { PanelPerson } from "../../../shared/messages/settings/people.ts";
import type { FormDraft } from "../../../shared/messages/settings-panel.ts";
import { callOperation, type SettingsContext } from "../context.ts";
import { editPage } from "../edit-page.ts";
import { section, type View, type Ways } from "../views.ts";
import { createAccess } from "./access.ts";
import { personForm } from "./form.ts";
import { createHostFacts } from "./host-facts.ts";
import type { PeopleState } from "./words.ts";

/** One person with all that can be done about them. */
export function editPerson(
  context: SettingsContext,
  first: PeopleState,
  ways: Ways,
  person: PanelPerson,
  draft: FormDraft | null,
): View<"people"> {
  const { t } = context.locale;
  const { id } = person;
  let state = first;
  const host = createHostFacts(context);
  const access = createAccess(context, person);
  const form = personForm(context, ways, () => state, {
    saved: { ...person },
    draft,
    submitLabel: t("Save"),
    busyLabel: t("Saving…"),
    submit: async (input, version) => {
      await callOperation(context, "users.update", { id, ...input }, version);
      context.notices.announce(t("Saved"));
    },
  });
  return editPage(context, {
    first,
    item: person,
    find: ({ people }) => people.find((one) => one.id === id),
    ways,
    back: t("All people"),
    form,
    above: [section("host", t("On the host"), host.element)],
    below: [section("access", t("Sign-in"), access.element)],
    remove: {
      label: t("Delete Person"),
      question: (name) => t("Delete {0}?", name),
      text: t(
        "They are signed out at once, and their roles in projects go with them. Their clones and files on the host stay.",
      ),
      call: async (version) => callOperation(context, "users.remove", { id }, version),
    },
    follow: (found, next) => {
      state = next;
      host.update(found, next);
      access.update(found, next);
    },
  });
}
