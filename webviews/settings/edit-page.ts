import type { FormDraft, LoadedPage, SettingsPageId } from "../../shared/messages/settings-panel.ts";
import { busyButton } from "../ui/busy-button.ts";
import { confirmDialog } from "../ui/dialog.ts";
import { element, type Child } from "../ui/dom.ts";
import { plainLine } from "../ui/plain-line.ts";
import type { Saved, SchemaForm } from "../ui/schema-form.ts";
import type { SettingsContext } from "./context.ts";
import { backButton, pageTitle, section, type FormView, type Ways } from "./views.ts";

export interface EditPageOptions<P extends SettingsPageId, T extends { id: string; name: string; version: number }> {
  first: LoadedPage<P>;
  item: T;
  /** The item as it is in what is shown; undefined where it is not there any more. */
  find: (state: LoadedPage<P>) => T | undefined;
  ways: Ways;
  /** The way back, as "All tenants". */
  back: string;
  /** Its form, which stands under "Details". */
  form: SchemaForm;
  /** Above and below the form. */
  above?: Child[];
  below?: Child[];
  remove: {
    label: string;
    /** What is asked before, with the item's name. */
    question: (name: string) => string;
    /** What is lost by it, and what is not. */
    text: string;
    call: (version: number) => Promise<unknown>;
  };
  /** Told how the item is now, before its form is. */
  follow?: (item: T, state: LoadedPage<P>) => void;
  /** Whether something is typed beside the form. */
  isDirty?: () => boolean;
}

/** The view of one item: its form, what is beside it, and its removal after a question; left when it is gone. */
export function editPage<P extends SettingsPageId, T extends { id: string; name: string; version: number }>(
  context: SettingsContext,
  options: EditPageOptions<P, T>,
): FormView<P> {
  const { locale, notices } = context;
  const { t } = locale;
  const { form, ways } = options;
  const { label, question, text, call } = options.remove;
  let shown = options.item;
  const title = pageTitle(shown.name);
  const remove = busyButton({ label, busyLabel: t("Deleting…"), icon: "trash", run: takeAway }, context);

  async function takeAway(): Promise<void> {
    const { name, version } = shown;
    if (!(await confirmDialog({ title: question(name), text, confirm: label }, locale))) return;
    await call(version);
    notices.announce(t("{0} was deleted", name));
  }

  function update(state: LoadedPage<P>): void {
    const found = options.find(state);
    if (found === undefined) {
      ways.list();
      notices.announce(t("{0} is not there any more", shown.name));
      return;
    }
    shown = found;
    title.textContent = plainLine(found.name);
    options.follow?.(found, state);
    const saved: Saved = { ...found };
    form.update(saved, state.canWrite);
    remove.setDisabled(!state.canWrite);
  }
  update(options.first);

  return {
    element: element(
      "div",
      { class: "item-page" },
      backButton(options.back, ways),
      title,
      ...(options.above ?? []),
      section("details", t("Details"), form.element),
      ...(options.below ?? []),
      section("delete", t("Delete"), element("div", { class: "buttons" }, remove.element)),
    ),
    place: { view: "edit", item: shown.id },
    update,
    draft: (): FormDraft | null => form.draft(),
    isDirty: () => form.isDirty() || options.isDirty?.() === true,
  };
}
