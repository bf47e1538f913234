import type { Project } from "../../../shared/entities/project.ts";
import type { FormDraft } from "../../../shared/messages/settings-panel.ts";
import { callOperation, type SettingsContext } from "../context.ts";
import { itemList } from "../item-list.ts";
import type { Page, PageStart } from "../page.ts";
import { addPage, createItemsPage, type View, type Ways } from "../views.ts";
import { editProject } from "./edit.ts";
import { newProjectForm, type ProjectsState } from "./form.ts";

/** The page of projects: their repositories, who may do what there, and the trackers whose issues are theirs. */
export function createProjectsPage(context: SettingsContext, start: PageStart<"projects">): Page<"projects"> {
  const { t } = context.locale;
  return createItemsPage(context, start, {
    list: (first, ways) =>
      itemList(context, first, {
        title: t("Projects"),
        lead: () => t("A repository with the trackers whose issues are worked on in it. Each belongs to one tenant."),
        addLabel: t("Add Project"),
        emptyText: t("No project yet. A project is a repository with its issues; it belongs to a tenant."),
        icon: "project",
        items: ({ projects }) => projects,
        facts: (project, state) => factsOf(project, state, context),
        ways,
      }),
    add: (state, ways, draft) => addProject(context, state, ways, draft),
    edit: (state, ways, id, draft) => {
      const project = state.projects.find((one) => one.id === id);
      return project === undefined ? null : editProject(context, state, ways, project, draft);
    },
  });
}

function factsOf(project: Project, state: ProjectsState, { locale: { t } }: SettingsContext): string[] {
  const { slug, tenantId, repositoryUrl, links, ownerId } = project;
  const owner = state.people.find(({ id }) => id === ownerId)?.name;
  return [
    slug,
    state.tenants.length > 1 ? (state.tenants.find(({ id }) => id === tenantId)?.name ?? "") : "",
    repositoryUrl === "" ? t("no repository") : repositoryUrl,
    links.length === 0 ? t("no tracker") : links.map(({ externalProject }) => externalProject).join(", "),
    owner === undefined ? "" : t("owned by {0}", owner),
  ];
}

function addProject(
  context: SettingsContext,
  first: ProjectsState,
  ways: Ways,
  draft: FormDraft | null,
): View<"projects"> {
  const { t } = context.locale;
  let shown = first;
  const made = newProjectForm(context, ways, () => shown, {
    saved: null,
    draft,
    submitLabel: t("Add Project"),
    busyLabel: t("Adding…"),
    onCancel: () => void ways.back(),
    submit: async (input) => {
      const { id, name } = await callOperation(context, "projects.create", input);
      ways.edit(id);
      context.notices.announce(t("{0} was added", name));
    },
  });
  return addPage(made, { back: t("All projects"), title: t("Add Project"), first, ways }, (state) => {
    shown = state;
  });
}
