import type { PanelPerson } from "../../../shared/messages/settings/people.ts";
import type { FormDraft } from "../../../shared/messages/settings-panel.ts";
import { busyButton } from "../../ui/busy-button.ts";
import { confirmDialog } from "../../ui/dialog.ts";
import { element, replaceChildren } from "../../ui/dom.ts";
import { plainLine } from "../../ui/plain-line.ts";
import { callOperation, type SettingsContext } from "../context.ts";
import { backButton, pageTitle, section, type View, type Ways } from "../views.ts";
import { createAccess } from "./access.ts";
import { personForm } from "./form.ts";
import { problemOf, strategyText, type PeopleState } from "./words.ts";

/** One person with all that can be done about them. */
export function editPerson(
  context: SettingsContext,
  first: PeopleState,
  ways: Ways,
  person: PanelPerson,
  draft: FormDraft | null,
): View<"people"> {
  const { locale, notices } = context;
  const { t } = locale;
  const { id } = person;
  let shown = person;
  let state = first;
  const title = pageTitle(person.name);
  const linux = element("div", { class: "host-facts", attributes: { role: "status" } });
  const access = createAccess(context, person);
  const made = personForm(context, ways, () => state, {
    saved: { ...person },
    draft,
    submitLabel: t("Save"),
    busyLabel: t("Saving…"),
    submit: async (input, version) => {
      await callOperation(context, "users.update", { id, ...input }, version);
      notices.announce(t("Saved"));
    },
  });
  const remove = busyButton(
    { label: t("Delete Person"), busyLabel: t("Deleting…"), icon: "trash", run: takeAway },
    context,
  );

  async function takeAway(): Promise<void> {
    const { name, version } = shown;
    const text = t(
      "They are signed out at once, and their roles in projects go with them. Their clones and files on the host stay.",
    );
    if (!(await confirmDialog({ title: t("Delete {0}?", name), text, confirm: t("Delete Person") }, locale))) return;
    await callOperation(context, "users.remove", { id }, version);
    notices.announce(t("{0} was deleted", name));
  }

  function drawLinuxUser(): void {
    const problem = problemOf(shown);
    const works =
      shown.worksAs === null
        ? t("Works as no Linux user: can't have clones and sessions here.")
        : t("Works as {0} on the server's host.", shown.worksAs);
    const mayAct = element(
      "p",
      { class: "field-help" },
      t("The server may act as those its sudoers file names. As root, on the host, for everybody who is mapped:"),
      " ",
      element("code", {}, "aiops install --mapped"),
    );
    replaceChildren(
      linux,
      problem === null
        ? element("p", {}, works)
        : element("p", { class: "row-message", attributes: { dir: "auto" } }, plainLine(problem)),
      element("p", { class: "field-help" }, strategyText(state, locale)),
      state.mode === "shared" ? mayAct : null,
    );
  }

  let drawn = "";
  function update(next: PeopleState): void {
    state = next;
    const found = next.people.find((one) => one.id === id);
    if (found === undefined) {
      ways.list();
      notices.announce(t("{0} is not there any more", shown.name));
      return;
    }
    shown = found;
    title.textContent = plainLine(found.name);
    const drawing = JSON.stringify([found.worksAs, problemOf(found), next.mode, next.strategy]);
    // Written only when it changed, so that it is read out once.
    if (drawing !== drawn) drawLinuxUser();
    drawn = drawing;
    made.update({ ...found }, next.canWrite);
    access.update(found, next);
    remove.setDisabled(!next.canWrite);
  }
  update(first);

  return {
    element: element(
      "div",
      { class: "item-page" },
      backButton(t("All people"), ways),
      title,
      section("host", t("On the host"), linux),
      section("details", t("Details"), made.element),
      section("access", t("Sign-in"), access.element),
      section("delete", t("Delete"), element("div", { class: "buttons" }, remove.element)),
    ),
    place: { view: "edit", item: id },
    update,
    draft: made.draft,
    isDirty: made.isDirty,
  };
}
