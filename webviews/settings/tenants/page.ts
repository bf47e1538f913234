import { tenantInput, type Tenant } from "../../../shared/entities/tenant.ts";
import type { FormDraft, LoadedPage } from "../../../shared/messages/settings-panel.ts";
import { busyButton } from "../../ui/busy-button.ts";
import { confirmDialog } from "../../ui/dialog.ts";
import { element } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { arrangeChildren } from "../../ui/keyed-list.ts";
import { plainLine } from "../../ui/plain-line.ts";
import { schemaForm, type SchemaForm, type SchemaFormOptions } from "../../ui/schema-form.ts";
import { callOperation, type SettingsContext } from "../context.ts";
import type { Page, PageStart } from "../page.ts";
import {
  addButton,
  backButton,
  createItemsPage,
  itemButton,
  listHead,
  pageTitle,
  section,
  type View,
  type Ways,
} from "../views.ts";

type State = LoadedPage<"tenants">;
type TenantView = View<"tenants">;

/** The page of tenants: whose projects, connections and people are kept apart. */
export function createTenantsPage(context: SettingsContext, start: PageStart<"tenants">): Page<"tenants"> {
  return createItemsPage(context, start, {
    list: (state, ways) => listView(context, state, ways),
    add: (state, ways, draft) => addView(context, state, ways, draft),
    edit: (state, ways, id, draft) => {
      const tenant = state.tenants.find((one) => one.id === id);
      return tenant === undefined ? null : editView(context, state, ways, tenant, draft);
    },
  });
}

function listView({ locale }: SettingsContext, first: State, ways: Ways): TenantView {
  const { t } = locale;
  const add = addButton(t("Add Tenant"), ways.add);
  const list = element("ul", { class: "item-list", attributes: { "aria-labelledby": "page-title" } });
  const empty = element("p", { class: "empty" }, t("No tenant yet. Projects, connections and people belong to one."));
  const rows = new Map<string, ReturnType<typeof row>>();

  function row(id: string) {
    const name = itemButton(id, ways);
    const facts = element("p", { class: "row-facts" });
    const made = element(
      "li",
      { class: "item-row" },
      icon("tenant"),
      element("div", {}, element("h2", {}, name), facts),
    );
    return {
      element: made,
      update: (tenant: Tenant) => {
        name.textContent = tenant.name;
        const parts = [tenant.slug, plainLine(tenant.description)].filter((part) => part !== "");
        facts.replaceChildren(...parts.map((part) => element("bdi", {}, part)));
      },
    };
  }

  function update({ tenants, canWrite }: State): void {
    const sorted = tenants.toSorted((a, b) => a.name.localeCompare(b.name, locale.language));
    const shown = sorted.map((tenant) => {
      const one = rows.get(tenant.id) ?? row(tenant.id);
      rows.set(tenant.id, one);
      one.update(tenant);
      return one.element;
    });
    arrangeChildren(list, shown);
    list.hidden = sorted.length === 0;
    empty.hidden = sorted.length > 0;
    add.toggleAttribute("disabled", !canWrite);
  }
  update(first);

  const lead = t("What belongs to one tenant is never shown to the people of another.");
  return {
    element: element("div", {}, ...listHead(t("Tenants"), lead, add), empty, list),
    place: { view: "list", item: "" },
    update,
    draft: () => null,
    isDirty: () => false,
  };
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
  made.update(null, first.canWrite);
  return {
    element: element(
      "div",
      { class: "item-page" },
      backButton(t("All tenants"), ways),
      pageTitle(t("Add Tenant")),
      made.element,
    ),
    place: { view: "add", item: "" },
    update: ({ canWrite }) => made.update(null, canWrite),
    draft: made.draft,
    isDirty: made.isDirty,
  };
}

function editView(
  context: SettingsContext,
  first: State,
  ways: Ways,
  tenant: Tenant,
  draft: FormDraft | null,
): TenantView {
  const { t } = context.locale;
  const { notices } = context;
  const { id } = tenant;
  let shown = tenant;
  const title = pageTitle(tenant.name);
  const made = tenantForm(context, ways, {
    saved: tenant,
    draft,
    submitLabel: t("Save"),
    busyLabel: t("Saving…"),
    submit: async (input, version) => {
      await callOperation(context, "tenants.update", { id, ...input }, version);
      notices.announce(t("Saved"));
    },
  });
  const remove = busyButton(
    { label: t("Delete Tenant"), busyLabel: t("Deleting…"), icon: "trash", run: takeAway },
    context,
  );

  async function takeAway(): Promise<void> {
    const { name, version } = shown;
    const question = t("Delete the tenant {0}?", name);
    const text = t("It is deleted only where nothing belongs to it any more.");
    if (!(await confirmDialog({ title: question, text, confirm: t("Delete Tenant") }, context.locale))) return;
    await callOperation(context, "tenants.remove", { id }, version);
    notices.announce(t("{0} was deleted", name));
  }

  function update({ tenants, canWrite }: State): void {
    const next = tenants.find((one) => one.id === id);
    if (next === undefined) {
      ways.list();
      notices.announce(t("{0} is not there any more", shown.name));
      return;
    }
    shown = next;
    title.textContent = next.name;
    made.update(next, canWrite);
    remove.setDisabled(!canWrite);
  }
  update(first);

  return {
    element: element(
      "div",
      { class: "item-page" },
      backButton(t("All tenants"), ways),
      title,
      section("details", t("Details"), made.element),
      section("delete", t("Delete"), element("div", { class: "buttons" }, remove.element)),
    ),
    place: { view: "edit", item: id },
    update,
    draft: made.draft,
    isDirty: made.isDirty,
  };
}
