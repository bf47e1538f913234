import type { Project } from "../../../shared/entities/project.ts";
import type { FormDraft } from "../../../shared/messages/settings-panel.ts";
import { element } from "../../ui/dom.ts";
import { plainLine } from "../../ui/plain-line.ts";
import { callOperation, type SettingsContext } from "../context.ts";
import { editPage } from "../edit-page.ts";
import { section, type View, type Ways } from "../views.ts";
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
  const { t } = context.locale;
  const { id } = project;
  let state = first;
  const tenant = element("p", { class: "lead" });
  const links = createLinks(context, project, first, ways.onInput);
  const form = projectForm(context, ways, () => state, project, {
    saved: { ...project },
    draft,
    submitLabel: t("Save"),
    busyLabel: t("Saving…"),
    submit: async (input, version) => {
      await callOperation(context, "projects.update", { id, ...input }, version);
      context.notices.announce(t("Saved"));
    },
  });
  return editPage(context, {
    first,
    item: project,
    find: ({ projects }) => projects.find((one) => one.id === id),
    ways,
    back: t("All projects"),
    form,
    above: [tenant],
    below: [section("links", t("Trackers"), links.element)],
    remove: {
      label: t("Delete Project"),
      question: (name) => t("Delete the project {0}?", name),
      text: t("Its issues go from here. The repository, people's clones of it and its trackers stay as they are."),
      call: async (version) => callOperation(context, "projects.remove", { id }, version),
    },
    follow: (found, next) => {
      state = next;
      tenant.textContent = plainLine(next.tenants.find((one) => one.id === found.tenantId)?.name ?? "");
      links.update(found, next);
    },
    isDirty: links.isDirty,
  });
}
