import { AppError } from "../../../shared/errors.ts";
import type { PanelConnection, ConnectionDraft } from "../../../shared/messages/settings/connections.ts";
import { busyButton } from "../../ui/busy-button.ts";
import { element } from "../../ui/dom.ts";
import { form, showErrors } from "../../ui/form.ts";
import type { SettingsContext } from "../context.ts";
import { createConflictNotice } from "./conflict.ts";
import { createFields, readValues, showKind, statusOverrides, writeValues } from "./form-fields.ts";
import { isCloud, kindOf } from "./kinds.ts";
import { showRefusal } from "./save-errors.ts";
import { check, fieldsOf, isSame, merge, valuesOf, type ValueName } from "./values.ts";

export interface Details {
  element: HTMLElement;
  draft: () => ConnectionDraft | null;
  update: (connection: PanelConnection, canWrite: boolean) => void;
}

/** The form of what is no secret. What others save meanwhile is put together with what is typed, and shown. */
export function createDetails(
  context: SettingsContext,
  connection: PanelConnection,
  draft: ConnectionDraft | null,
  onInput: () => void,
): Details {
  const { host, locale, notices } = context;
  const { t } = locale;
  const kind = kindOf(connection.provider, draft === null ? isCloud(connection) : draft.cloud === "yes");
  const { id, tenantId, provider } = connection;
  let theirs = connection;
  let base = draft?.base ?? { version: connection.version, values: valuesOf(connection) };
  let taken = new Set<ValueName>();
  let conflicts: ValueName[] = [];

  const fields = createFields(draft?.values ?? base.values, locale, changed);
  showKind(fields, kind, locale);
  const moving = element("p", { class: "field-note", attributes: { role: "status" } });
  fields.baseUrl.element.append(moving);
  const conflict = createConflictNotice(locale, {
    keepMine: () => settle(false),
    takeTheirs: () => settle(true),
  });
  const save = busyButton({ label: t("Save"), busyLabel: t("Saving…"), appearance: "primary", run: submit }, context);
  const revert = element(
    "vscode-button",
    { attributes: { appearance: "secondary" }, onClick: undo },
    t("Undo Changes"),
  );

  const isDirty = (): boolean => !isSame(readValues(fields), base.values);

  function changed(): void {
    showState();
    onInput();
  }

  function showState(): void {
    const dirty = isDirty();
    revert.hidden = !dirty;
    const moved = fieldsOf(readValues(fields)).baseUrl !== theirs.baseUrl;
    moving.textContent =
      moved && theirs.hasToken
        ? t(
            "Saving another address drops the stored token, so that it is never sent to another host. Give it again afterwards.",
          )
        : "";
    moving.hidden = moving.textContent === "";
    conflict.show({ taken: [...taken], conflicts }, readValues(fields), valuesOf(theirs));
  }

  function undo(): void {
    settle(true);
    writeValues(fields, base.values);
    for (const field of Object.values(fields)) field.fail(null);
    changed();
    fields.name.focus();
  }

  /** The person decided: what both changed is as typed, or as saved. */
  function settle(asSaved: boolean): void {
    const saved = valuesOf(theirs);
    const values = readValues(fields);
    if (asSaved) for (const name of conflicts) values[name] = saved[name];
    writeValues(fields, values);
    base = { version: theirs.version, values: saved };
    conflicts = [];
    taken = new Set();
    changed();
    fields.name.focus();
  }

  async function submit(): Promise<void> {
    const values = readValues(fields);
    if (showErrors(fields, check(values, kind.wants, t))) return;
    if (conflicts.length > 0) {
      conflict.focus();
      return;
    }
    try {
      await saveOn(base.version);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "stale_version") {
        showRefusal(fields, error);
        return;
      }
      // The newer one was shown before this answer came, so what differs is in sight by now.
      if (conflicts.length > 0) {
        conflict.focus();
        return;
      }
      await saveOn(base.version);
    }
    taken = new Set();
    changed();
    notices.announce(t("Saved"));
  }

  async function saveOn(version: number): Promise<void> {
    await host.ask("updateConnection", { id, version, ...fieldsOf(readValues(fields)) });
  }

  function update(next: PanelConnection, canWrite: boolean): void {
    theirs = next;
    const saved = valuesOf(next);
    if (next.version > base.version) {
      const merged = merge(base.values, readValues(fields), saved);
      writeValues(fields, merged.values);
      for (const name of merged.taken) taken.add(name);
      ({ conflicts } = merged);
      // With a conflict the start stays as it was, so that both sides can still be told from it.
      if (conflicts.length === 0) {
        const typed = isSame(merged.values, saved);
        base = { version: next.version, values: saved };
        // A form that nobody had typed in simply shows what is saved.
        if (typed) taken = new Set();
      }
    }
    save.setDisabled(!canWrite);
    for (const field of Object.values(fields)) field.setDisabled(!canWrite);
    showState();
  }
  update(connection, true);

  return {
    element: form(
      t("Details"),
      () => void save.press(),
      conflict.element,
      fields.name.element,
      fields.baseUrl.element,
      fields.email.element,
      statusOverrides(fields, locale),
      element("div", { class: "buttons" }, save.element, revert),
    ),
    draft: () =>
      isDirty() ? { tenantId, provider, cloud: kind.cloud ? "yes" : "no", values: readValues(fields), base } : null,
    update,
  };
}
