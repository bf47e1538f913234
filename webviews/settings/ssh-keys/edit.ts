import * as z from "zod";
import { sshKeyPatch } from "../../../shared/entities/ssh-key.ts";
import type { PanelSshKey } from "../../../shared/messages/settings/access.ts";
import type { FormDraft } from "../../../shared/messages/settings-panel.ts";
import { busyButton } from "../../ui/busy-button.ts";
import { confirmDialog } from "../../ui/dialog.ts";
import { element, replaceChildren } from "../../ui/dom.ts";
import { plainLine } from "../../ui/plain-line.ts";
import { schemaForm } from "../../ui/schema-form.ts";
import { callOperation, type SettingsContext } from "../context.ts";
import { copiedText } from "../copied-text.ts";
import { backButton, pageTitle, section, type Ways } from "../views.ts";
import { fingerprints, kindOfKey, tenantName, type KeyView, type State } from "./facts.ts";

/** Both are optional in a change; each form here is about one of them. */
const renaming = z.object({ name: sshKeyPatch.shape.name.unwrap() });
const replacing = z.object({ privateKey: sshKeyPatch.shape.privateKey.unwrap() });

export interface EditOptions {
  key: PanelSshKey;
  draft: FormDraft | null;
}

/** One key: its name, the public half to be given away, another private half, and what uses it. */
export function editView(context: SettingsContext, first: State, ways: Ways, { key, draft }: EditOptions): KeyView {
  const { locale, notices } = context;
  const { t } = locale;
  const { id } = key;
  let shown = key;
  const title = pageTitle(key.name);
  const kind = element("p", { class: "lead" });
  const publicKey = copiedText(t("Public key"), context);
  const prints = element("div");
  const uses = element("div");

  const details = schemaForm(
    {
      id: "ssh-key",
      label: t("Details"),
      schema: renaming,
      fields: { name: { label: t("Name") } },
      saved: key,
      draft,
      submitLabel: t("Save"),
      busyLabel: t("Saving…"),
      nameField: "name",
      onInput: ways.onInput,
      submit: async (input, version) => {
        await callOperation(context, "sshKeys.update", { id, ...input }, version);
        notices.announce(t("Saved"));
      },
    },
    context,
  );
  const replace = schemaForm(
    {
      id: "ssh-key-new",
      label: t("Another Private Key"),
      schema: replacing,
      fields: {
        privateKey: {
          label: t("Private key"),
          help: t("The entry stays: whatever uses it uses the new key. Never shown again."),
          kind: "secret",
          rows: 9,
        },
      },
      saved: null,
      draft: null,
      submitLabel: t("Replace Key"),
      busyLabel: t("Replacing…"),
      onInput: ways.onInput,
      submit: async (input) => {
        await callOperation(context, "sshKeys.update", { id, ...input }, shown.version);
        notices.announce(t("The key was replaced"));
      },
    },
    context,
  );
  const remove = busyButton(
    { label: t("Delete SSH Key"), busyLabel: t("Deleting…"), icon: "trash", run: takeAway },
    context,
  );

  async function takeAway(): Promise<void> {
    const { name, version } = shown;
    const question = t("Delete the SSH key {0}?", name);
    const text = t(
      "Its private half is deleted with it. Take its public half away from the repository's host as well.",
    );
    if (!(await confirmDialog({ title: question, text, confirm: t("Delete SSH Key") }, locale))) return;
    await callOperation(context, "sshKeys.remove", { id }, version);
    notices.announce(t("{0} was deleted", name));
  }

  function showUses({ projects }: PanelSshKey): void {
    const names = projects.map((name) => element("li", {}, element("bdi", {}, plainLine(name))));
    if (names.length === 0) replaceChildren(uses, element("p", {}, t("No project uses it.")));
    else {
      const why = t("It can't be deleted while projects use it. Give them another key first:");
      replaceChildren(uses, element("p", {}, why), element("ul", { class: "uses" }, ...names));
    }
  }

  function update(state: State): void {
    const next = state.keys.find((one) => one.id === id);
    if (next === undefined) {
      ways.list();
      notices.announce(t("{0} is not there any more", shown.name));
      return;
    }
    shown = next;
    title.textContent = next.name;
    kind.textContent = [kindOfKey(next, locale), tenantName(next, state)].filter((part) => part !== "").join(" · ");
    publicKey.set(next.publicKey);
    replaceChildren(prints, fingerprints(next));
    showUses(next);
    details.update(next, state.canWrite);
    replace.update(null, state.canWrite);
    remove.setDisabled(!state.canWrite || next.projects.length > 0);
  }
  update(first);

  return {
    element: element(
      "div",
      { class: "item-page" },
      backButton(t("All SSH keys"), ways),
      title,
      kind,
      section(
        "public",
        t("Public Key"),
        element(
          "p",
          { class: "field-help" },
          t("Give it to the repository's host, as a deploy key or to an account there."),
        ),
        publicKey.element,
        prints,
      ),
      section("details", t("Details"), details.element),
      section("replace", t("Another Private Key"), replace.element),
      section("delete", t("Delete"), uses, element("div", { class: "buttons" }, remove.element)),
    ),
    place: { view: "edit", item: id },
    update,
    draft: details.draft,
    isDirty: () => details.isDirty() || replace.isDirty(),
  };
}
