import { linkInput, type Project, type ProjectLink } from "../../../shared/entities/project.ts";
import { busyButton, type BusyButton } from "../../ui/busy-button.ts";
import { confirmDialog } from "../../ui/dialog.ts";
import { element } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { arrangeChildren } from "../../ui/keyed-list.ts";
import { plainLine } from "../../ui/plain-line.ts";
import { schemaForm } from "../../ui/schema-form.ts";
import { callOperation, type SettingsContext } from "../context.ts";
import { optionsOf, type ProjectsState } from "./form.ts";

export interface LinksSection {
  element: HTMLElement;
  update: (project: Project, state: ProjectsState) => void;
  /** Whether a link is typed and not added. */
  isDirty: () => boolean;
}

interface Row {
  element: HTMLElement;
  name: HTMLElement;
  remove: BusyButton;
}

/** The trackers whose issues are the project's, and the form that links another. */
export function createLinks(
  context: SettingsContext,
  project: Project,
  first: ProjectsState,
  onInput: () => void,
): LinksSection {
  const { locale, notices } = context;
  const { t } = locale;
  const { id } = project;
  const rows = new Map<string, Row>();
  let state = first;
  const none = element("p", {}, t("It has no tracker yet, so it has no issues."));
  const list = element("ul", { class: "item-list links", attributes: { "aria-labelledby": "section-links" } });
  const unconnected = element(
    "p",
    { class: "field-help" },
    t("This tenant has no connection to a tracker yet: add one on the page of connections."),
  );
  const connections = () => state.connections.filter(({ tenantId }) => tenantId === project.tenantId);
  const add = schemaForm(
    {
      id: "link",
      label: t("Link a tracker's project"),
      schema: linkInput,
      start: { connectionId: connections().length === 1 ? (connections()[0]?.id ?? "") : "" },
      fields: {
        connectionId: { label: t("Connection"), choices: () => optionsOf(connections(), locale.language) },
        externalProject: {
          label: t("Project at the tracker"),
          help: t("owner/repository at GitHub, group/project at GitLab, the key as PROJ at Jira."),
        },
      },
      saved: null,
      draft: null,
      submitLabel: t("Add Link"),
      busyLabel: t("Adding…"),
      onInput,
      submit: async (input) => {
        const { externalProject } = await callOperation(context, "projects.addLink", { id, ...input });
        add.fields["externalProject"]?.set("");
        notices.announce(t("{0} was linked", externalProject));
      },
    },
    context,
  );

  function rowOf({ id: linkId, externalProject }: ProjectLink): Row {
    const name = element("span", { class: "row-facts" });
    const remove = busyButton(
      {
        label: t("Remove"),
        busyLabel: t("Removing…"),
        name: t("Remove the link to {0}", externalProject),
        icon: "trash",
        run: async () => {
          const title = t("Remove the link to {0}?", externalProject);
          const text = t("The issues that came over it go from here. At the tracker nothing changes.");
          if (!(await confirmDialog({ title, text, confirm: t("Remove Link") }, locale))) return;
          await callOperation(context, "projects.removeLink", { id, linkId });
          notices.announce(t("The link to {0} was removed", externalProject));
        },
      },
      context,
    );
    const line = element("div", { class: "row-text" }, name);
    return {
      element: element(
        "li",
        { class: "item-row" },
        icon("link"),
        line,
        element("div", { class: "row-actions" }, remove.element),
      ),
      name,
      remove,
    };
  }

  return {
    element: element("div", {}, none, list, unconnected, add.element),
    isDirty: () => add.isDirty(),
    update: ({ links }, next) => {
      state = next;
      const names = new Map(next.connections.map((one) => [one.id, one.name]));
      const shown = links.map((link) => {
        const row = rows.get(link.id) ?? rowOf(link);
        rows.set(link.id, row);
        const parts = [link.externalProject, names.get(link.connectionId) ?? ""].filter((part) => part !== "");
        row.name.replaceChildren(...parts.map((part) => element("bdi", {}, plainLine(part))));
        row.remove.setDisabled(!next.canWrite);
        return row.element;
      });
      arrangeChildren(list, shown);
      list.hidden = links.length === 0;
      none.hidden = links.length > 0;
      const isConnected = connections().length > 0;
      unconnected.hidden = isConnected;
      add.element.hidden = !isConnected;
      add.update(null, next.canWrite);
    },
  };
}
