import type * as z from "zod";
import { projectInput, type Project } from "../../../shared/entities/project.ts";
import type { LoadedPage } from "../../../shared/messages/settings-panel.ts";
import type { FieldWords } from "../../ui/schema-field.ts";
import type { Option } from "../../ui/rows-field.ts";
import { schemaForm, type SchemaForm, type SchemaFormOptions } from "../../ui/schema-form.ts";
import type { SettingsContext } from "../context.ts";
import type { Ways } from "../views.ts";

export type ProjectsState = LoadedPage<"projects">;

/** What a new project takes; the rest is decided on its own page, where its tenant's keys and trackers are known. */
const newProject = projectInput.pick({
  tenantId: true,
  name: true,
  slug: true,
  repositoryUrl: true,
  defaultBranch: true,
});
/** A project stays with its tenant. */
const changedProject = projectInput.omit({ tenantId: true });

type FormParts<S extends z.ZodObject> = Pick<
  SchemaFormOptions<S>,
  "saved" | "draft" | "submitLabel" | "busyLabel" | "submit" | "onCancel"
>;

/** Choices by their names; people of the same name are told apart by their addresses. */
export function optionsOf(items: readonly { id: string; name: string; email?: string }[], language: string): Option[] {
  return items
    .map(({ id, name, email }) => ({ value: id, label: email === undefined ? name : `${name} (${email})` }))
    .toSorted((a, b) => a.label.localeCompare(b.label, language));
}

function repositoryFields({ locale: { t } }: SettingsContext) {
  return {
    name: { label: t("Name") },
    slug: {
      label: t("Short name"),
      help: t("In folders, branches and commands: lower-case letters, digits and dashes."),
    },
    repositoryUrl: {
      label: t("Repository"),
      help: t("What git clones. No user or token in it: those are kept with connections and SSH keys."),
      placeholder: "https://github.com/owner/repository.git",
      kind: "url",
    },
    defaultBranch: {
      label: t("Default branch"),
      help: t("Where work starts from. Empty: as the repository says."),
      placeholder: "main",
    },
  } as const satisfies Record<string, FieldWords>;
}

/** The form of a new project. */
export function newProjectForm(
  context: SettingsContext,
  ways: Ways,
  state: () => ProjectsState,
  parts: FormParts<typeof newProject>,
): SchemaForm {
  const { locale } = context;
  const { t } = locale;
  const [only, ...others] = state().tenants;
  return schemaForm(
    {
      ...parts,
      id: "project",
      label: t("Details"),
      schema: newProject,
      start: { tenantId: only !== undefined && others.length === 0 ? only.id : "" },
      fields: {
        tenantId: {
          label: t("Tenant"),
          help: t("Whose project it is. It stays there."),
          choices: () => optionsOf(state().tenants, locale.language),
        },
        ...repositoryFields(context),
      },
      onInput: ways.onInput,
    },
    context,
  );
}

/** The form of a project. @param state what is shown now, also later: its choices follow it */
export function projectForm(
  context: SettingsContext,
  ways: Ways,
  state: () => ProjectsState,
  { tenantId }: Pick<Project, "tenantId">,
  parts: FormParts<typeof changedProject>,
): SchemaForm {
  const { locale } = context;
  const { t } = locale;
  const people = (): Option[] => optionsOf(state().people, locale.language);
  const keys = (): Option[] => {
    const own = state().sshKeys.filter((key) => key.tenantId === tenantId);
    return [{ value: "", label: t("None") }, ...optionsOf(own, locale.language)];
  };
  return schemaForm(
    {
      ...parts,
      id: "project",
      label: t("Details"),
      schema: changedProject,
      fields: {
        ...repositoryFields(context),
        protectedBranches: {
          label: t("Protected branches"),
          help: t("Nobody pushes to them from here. One on each line; * stands for any characters."),
          placeholder: "main\nrelease/*",
          rows: 3,
        },
        sshKeyId: {
          label: t("SSH key"),
          help: t("For a repository that is reached over SSH; one of the tenant's keys."),
          choices: keys,
        },
        ownerId: {
          label: t("Owner"),
          help: t("Whom to ask about it."),
          choices: () => [{ value: "", label: t("Nobody") }, ...people()],
        },
        roles: {
          label: t("Roles"),
          help: t(
            "A role keeps a person to less than their level allows. Who has none here may what their level allows.",
          ),
          addLabel: t("Add Role"),
          emptyText: t("Nobody is kept to a role."),
          columns: {
            userId: { label: t("Person"), choices: people },
            role: {
              label: t("Role in the project"),
              choices: [
                { value: "read", label: t("Read") },
                { value: "write", label: t("Write") },
                { value: "maintain", label: t("Maintain") },
              ],
            },
          },
        },
        syncMinutes: {
          label: t("Minutes between syncs"),
          help: t("How often the issues of its trackers are fetched. 0: only when asked, and by webhooks."),
        },
        redactionPolicy: {
          label: t("Redaction policy"),
          help: t("What is taken out before an AI tool reads it. This version has none."),
          choices: [
            { value: "none", label: t("None") },
            { value: "phi", label: t("Health information (PHI)") },
            { value: "cjis", label: t("Criminal justice information (CJIS)") },
          ],
        },
      },
      onInput: ways.onInput,
    },
    context,
  );
}
