import type { FormDraft, LoadedPage, SettingsDrafts, SettingsPageId } from "../../shared/messages/settings-panel.ts";
import { confirmDialog } from "../ui/dialog.ts";
import { element, replaceChildren, type Child } from "../ui/dom.ts";
import { icon } from "../ui/icons.ts";
import type { SchemaForm } from "../ui/schema-form.ts";
import type { SettingsContext } from "./context.ts";
import type { Page, PageStart } from "./page.ts";

/** One of the views a page of items changes between: the list, one item, a new one. */
export interface View<P extends SettingsPageId> {
  element: HTMLElement;
  place: { view: "list" | "add" | "edit"; item: string };
  update: (state: LoadedPage<P>) => void;
  /** What is typed and not saved, without secrets; null for nothing. */
  draft: () => SettingsDrafts[P] | null;
  /** Whether leaving loses something, secrets included. */
  isDirty: () => boolean;
}

/** Ways from one view to another. */
export interface Ways {
  list: () => void;
  add: () => void;
  edit: (id: string) => void;
  /** Back to the list, after a question where something would be lost. */
  back: () => Promise<void>;
  /** What is typed is another now. */
  onInput: () => void;
}

export interface ItemsPageOptions<P extends SettingsPageId> {
  list: (state: LoadedPage<P>, ways: Ways) => View<P>;
  add: (state: LoadedPage<P>, ways: Ways, draft: SettingsDrafts[P] | null) => View<P>;
  /** Null where there is no item of this id. */
  edit: (state: LoadedPage<P>, ways: Ways, id: string, draft: SettingsDrafts[P] | null) => View<P> | null;
}

/** A page of items: a list, one of them, or a new one; with the way back, the focus, and what is not saved. */
export function createItemsPage<P extends SettingsPageId>(
  { locale }: Pick<SettingsContext, "locale">,
  { first, saved, onChange }: PageStart<P>,
  options: ItemsPageOptions<P>,
): Page<P> {
  const { t } = locale;
  const place = element("div");
  let state = first;
  const ways: Ways = {
    list: () => show(options.list(state, ways)),
    add: () => show(options.add(state, ways, null)),
    edit: (id) => show(options.edit(state, ways, id, null) ?? options.list(state, ways)),
    back: async () => {
      const from = view.place.item;
      if (!(await mayLeave())) return;
      ways.list();
      // Back to where the reader came from.
      for (const button of place.querySelectorAll<HTMLElement>("[data-item]")) {
        if (button.dataset["item"] === from) button.focus();
      }
    },
    onInput: onChange,
  };
  let view = restore();
  place.append(view.element);

  function restore(): View<P> {
    const { draft = null } = saved ?? {};
    if (saved?.view === "add") return options.add(state, ways, draft);
    if (saved?.view === "edit") return options.edit(state, ways, saved.item, draft) ?? options.list(state, ways);
    return options.list(state, ways);
  }

  function show(next: View<P>): void {
    view = next;
    replaceChildren(place, next.element);
    window.scrollTo({ top: 0, behavior: "instant" });
    place.querySelector("h1")?.focus();
    onChange();
  }

  async function mayLeave(): Promise<boolean> {
    if (!view.isDirty()) return true;
    const title = t("Discard what you have not saved?");
    return confirmDialog({ title, text: t("What was typed here is lost."), confirm: t("Discard") }, locale);
  }

  return {
    element: place,
    update: (next) => {
      state = next;
      view.update(next);
    },
    saved: () => ({ ...view.place, draft: view.draft() }),
    mayLeave,
    open: (item) => ways.edit(item),
  };
}

/** The heading of a page, which takes the focus when it is come to. */
export function pageTitle(text: string): HTMLHeadingElement {
  return element("h1", { attributes: { id: "page-title", tabindex: "-1" } }, text);
}

/** What is above a list: its name, the button that adds to it, and what it is about. */
export function listHead(title: string, lead: string, add: HTMLElement): HTMLElement[] {
  return [element("div", { class: "page-head" }, pageTitle(title), add), element("p", { class: "lead" }, lead)];
}

/** The button above a list. */
export function addButton(label: string, onClick: () => void): HTMLElement {
  const plus = icon("add");
  plus.setAttribute("slot", "start");
  return element("vscode-button", { onClick }, plus, label);
}

/** The way back above an item. */
export function backButton(label: string, { back }: Ways): HTMLElement {
  return element(
    "button",
    { class: "back", attributes: { type: "button" }, onClick: () => void back() },
    icon("back"),
    ` ${label}`,
  );
}

/** The name of an item in a list, which opens it. */
export function itemButton(id: string, { edit }: Pick<Ways, "edit">): HTMLElement {
  return element("button", {
    class: "name",
    attributes: { type: "button", "data-item": id },
    onClick: () => edit(id),
  });
}

/** A part of an item's page under a heading. */
export function section(id: string, title: string, ...children: Child[]): HTMLElement {
  const heading = element("h2", { attributes: { id: `section-${id}` } }, title);
  return element("section", { attributes: { "aria-labelledby": heading.id } }, heading, ...children);
}

/** A view whose draft is that of one form. */
export interface FormView<P extends SettingsPageId> extends Omit<View<P>, "draft"> {
  draft: () => FormDraft | null;
}

/** The view that adds an item: its form, with the way back. @param follow told what is shown, before the form is */
export function addPage<P extends SettingsPageId>(
  made: SchemaForm,
  { back, title, first, ways }: { back: string; title: string; first: LoadedPage<P>; ways: Ways },
  follow: (state: LoadedPage<P>) => void = () => undefined,
): FormView<P> {
  const update = (state: LoadedPage<P>): void => {
    follow(state);
    made.update(null, state.canWrite);
  };
  update(first);
  return {
    element: element("div", { class: "item-page" }, backButton(back, ways), pageTitle(title), made.element),
    place: { view: "add", item: "" },
    update,
    draft: made.draft,
    isDirty: made.isDirty,
  };
}
