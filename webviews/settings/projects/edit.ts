import type { Project } from "../../../shared/entities/project.ts";
import type { FormDraft } from "../../../shared/messages/settings-panel.ts";
import { busyButton } from "../../ui/busy-button.ts";
import { confirmDialog } from "../../ui/dialog.ts";
import { element } from "../../ui/dom.ts";
import { plainLine } from "../../ui/plain-line.ts";
import { callOperation, type SettingsContext } from "../context.ts";
import { backButton, pageTitle, section, type View, type Ways } from "../views.ts";
import { projectForm, type ProjectsState } from "./form.ts";
import { createLinks } from "./links.ts";

/** One project with all that can be done about it. */
export function editProject(
  context: SettingsContext,
  first: ProjectsState,
  ways: Ways,
  project: Project,
  draft: FormDraft | null,
): View<"projects"> {
  const { locale, notices } = context;
  const { t } = locale;
  const { id } = project;
  let shown = project;
  let state = first;
  const title = pageTitle(project.name);
  const tenant = element("p", { class: "lead" });
  const links = createLinks(context, project, first, ways.onInput);
  const made = projectForm(context, ways, () => state, project, {
    saved: { ...project },
    draft,
    submitLabel: t("Save"),
    busyLabel: t("Saving…"),
    submit: async (input, version) => {
      await callOperation(context, "projects.update", { id, ...input }, version);
      notices.announce(t("Saved"));
    },
  });
  const remove = busyButton(
    { label: t("Delete Project"), busyLabel: t("Deleting…"), icon: "trash", run: takeAway },
    context,
  );

  async function takeAway(): Promise<void> {
    const { name, version } = shown;
    const text = t("Its issues go from here. The repository, people's clones of it and its trackers stay as they are.");
    const question = t("Delete the project {0}?", name);
    if (!(await confirmDialog({ title: question, text, confirm: t("Delete Project") }, locale))) return;
    await callOperation(context, "projects.remove", { id }, version);
    notices.announce(t("{0} was deleted", name));
  }

  function update(next: ProjectsState): void {
    state = next;
    const found = next.projects.find((one) => one.id === id);
    if (found === undefined) {
      ways.list();
      notices.announce(t("{0} is not there any more", shown.name));
      return;
    }
    shown = found;
    title.textContent = plainLine(found.name);
    tenant.textContent = plainLine(next.tenants.find((one) => one.id === found.tenantId)?.name ?? "");
    links.update(found, next);
    made.update({ ...found }, next.canWrite);
    remove.setDisabled(!next.canWrite);
  }
  update(first);

  return {
    element: element(
      "div",
      { class: "item-page" },
      backButton(t("All projects"), ways),
      title,
      tenant,
      section("details", t("Details"), made.element),
      section("links", t("Trackers"), links.element),
      section("delete", t("Delete"), element("div", { class: "buttons" }, remove.element)),
    ),
    place: { view: "edit", item: id },
    update,
    draft: made.draft,
    isDirty: () => made.isDirty() || links.isDirty(),
  };
}
