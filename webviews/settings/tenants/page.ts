import { tenantInput, type Tenant } from "../../../shared/entities/tenant.ts";
import type { FormDraft, LoadedPage } from "../../../shared/messages/settings-panel.ts";
import { schemaForm, type SchemaForm, type SchemaFormOptions } from "../../ui/schema-form.ts";
import { callOperation, type SettingsContext } from "../context.ts";
import type { Page, PageStart } from "../page.ts";
import { editPage } from "../edit-page.ts";
import { itemList } from "../item-list.ts";
import { addPage, createItemsPage, type View, type Ways } from "../views.ts";

type State = LoadedPage<"tenants">;
type TenantView = View<"tenants">;

/** The page of tenants: whose projects, connections and people are kept apart. */
export function createTenantsPage(context: SettingsContext, start: PageStart<"tenants">): Page<"tenants"> {
  const { t } = context.locale;
  return createItemsPage(context, start, {
    list: (first, ways) =>
      itemList(context, first, {
        title: t("Tenants"),
        lead: () => t("What belongs to one tenant is never shown to the people of another."),
        addLabel: t("Add Tenant"),
        emptyText: t("No tenant yet. Projects, connections and people belong to one."),
        icon: "tenant",
        items: ({ tenants }) => tenants,
        facts: ({ slug, description }) => [slug, description],
        ways,
      }),
    add: (state, ways, draft) => addView(context, state, ways, draft),
    edit: (state, ways, id, draft) => {
      const tenant = state.tenants.find((one) => one.id === id);
      return tenant === undefined ? null : editView(context, state, ways, tenant, draft);
    },
  });
}

type FormParts = Pick<
  SchemaFormOptions<typeof tenantInput>,
  "saved" | "draft" | "submitLabel" | "busyLabel" | "submit" | "onCancel"
>;

function tenantForm(context: SettingsContext, ways: Ways, parts: FormParts): SchemaForm {
  const { t } = context.locale;
  return schemaForm(
    {
      ...parts,
      id: "tenant",
      label: t("Details"),
      schema: tenantInput,
      fields: {
        name: { label: t("Name") },
        slug: { label: t("Short name"), help: t("In folders and commands: lower-case letters, digits and dashes.") },
        color: { label: t("Colour"), help: t("Tells it from the others at a glance, as #1f6feb.") },
        description: { label: t("Description"), rows: 3 },
      },
      nameField: "slug",
      onInput: ways.onInput,
    },
    context,
  );
}

function addView(context: SettingsContext, first: State, ways: Ways, draft: FormDraft | null): TenantView {
  const { t } = context.locale;
  const made = tenantForm(context, ways, {
    saved: null,
    draft,
    submitLabel: t("Add Tenant"),
    busyLabel: t("Adding…"),
    onCancel: () => void ways.back(),
    submit: async (input) => {
      const { id, name } = await callOperation(context, "tenants.create", input);
      ways.edit(id);
      context.notices.announce(t("{0} was added", name));
    },
  });
  return addPage(made, { back: t("All tenants"), title: t("Add Tenant"), first, ways });
}

function editView(
  context: SettingsContext,
  first: State,
  ways: Ways,
  tenant: Tenant,
  draft: FormDraft | null,
): TenantView {
  const { t } = context.locale;
  const { id } = tenant;
  const form = tenantForm(context, ways, {
    saved: tenant,
    draft,
    submitLabel: t("Save"),
    busyLabel: t("Saving…"),
    submit: async (input, version) => {
      await callOperation(context, "tenants.update", { id, ...input }, version);
      context.notices.announce(t("Saved"));
    },
  });
  return editPage(context, {
    first,
    item: tenant,
    find: ({ tenants }) => tenants.find((one) => one.id === id),
    ways,
    back: t("All tenants"),
    form,
    remove: {
      label: t("Delete Tenant"),
      question: (name) => t("Delete the tenant {0}?", name),
      text: t("It is deleted only where nothing belongs to it any more."),
      call: async (version) => callOperation(context, "tenants.remove", { id }, version),
    },
  });
}
