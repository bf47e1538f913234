import type { PanelSshKey } from "../../../shared/messages/settings/access.ts";
import { busyButton } from "../../ui/busy-button.ts";
import { element, replaceChildren } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { arrangeChildren } from "../../ui/keyed-list.ts";
import { plainLine } from "../../ui/plain-line.ts";
import type { SettingsContext } from "../context.ts";
import { addButton, itemButton, listHead, section, type Ways } from "../views.ts";
import { fingerprints, kindOfKey, tenantName, type KeyView, type State } from "./facts.ts";
import { createHosts } from "./hosts.ts";

interface Row {
  element: HTMLElement;
  update: (key: PanelSshKey, state: State) => void;
}

/** Every key with what it is and what uses it; below them the recorded hosts. */
export function listView(context: SettingsContext, first: State, ways: Ways): KeyView {
  const { locale } = context;
  const { t } = locale;
  const add = addButton(t("Add SSH Key"), ways.add);
  const list = element("ul", { class: "item-list", attributes: { "aria-labelledby": "page-title" } });
  const empty = element("p", { class: "empty" });
  const hosts = createHosts(context);
  const rows = new Map<string, Row>();

  function update(state: State): void {
    const sorted = state.keys.toSorted((a, b) => a.name.localeCompare(b.name, locale.language));
    const shown = sorted.map((key) => {
      const row = rows.get(key.id) ?? createRow(key.id, context, ways);
      rows.set(key.id, row);
      row.update(key, state);
      return row.element;
    });
    arrangeChildren(list, shown);
    list.hidden = sorted.length === 0;
    empty.hidden = sorted.length > 0;
    empty.textContent =
      state.tenants.length === 0
        ? t("An SSH key belongs to a tenant, and there is none yet. Add a tenant first.")
        : t("No SSH key yet. Repositories that are not public are reached with one.");
    add.toggleAttribute("disabled", !state.canWrite || state.tenants.length === 0);
    hosts.update(state);
  }
  update(first);

  const lead = t("Projects reach their repositories with them. The private half is stored encrypted, and never shown.");
  return {
    element: element(
      "div",
      { class: "item-page" },
      ...listHead(t("SSH Keys"), lead, add),
      empty,
      list,
      section("hosts", t("Recorded Hosts"), hosts.element),
    ),
    place: { view: "list", item: "" },
    update,
    draft: () => null,
    isDirty: () => false,
  };
}

function createRow(id: string, context: SettingsContext, ways: Ways): Row {
  const { host, locale, notices } = context;
  const { t } = locale;
  const name = itemButton(id, ways);
  const facts = element("p", { class: "row-facts" });
  const prints = element("div");
  const actions = element("div", { class: "row-actions" });
  let shown: PanelSshKey | undefined;

  const copy = async (): Promise<void> => {
    await host.ask("copy", { text: shown?.publicKey ?? "" });
    notices.announce(t("Copied"));
  };

  return {
    element: element(
      "li",
      { class: "item-row" },
      icon("key"),
      element("div", {}, element("h2", {}, name), facts, prints),
      actions,
    ),
    update: (key, state) => {
      const before = shown;
      shown = key;
      name.textContent = key.name;
      const names = key.projects.map(plainLine).join(", ");
      const uses = names === "" ? t("used by no project") : t("used by {0}", names);
      const parts = [kindOfKey(key, locale), uses, tenantName(key, state)].filter((part) => part !== "");
      replaceChildren(facts, ...parts.map((part) => element("bdi", {}, part)));
      if (before?.fingerprintSha256 !== key.fingerprintSha256) replaceChildren(prints, fingerprints(key));
      if (before?.name === key.name) return;
      const label = t("Copy Public Key");
      const options = { label, busyLabel: t("Copying…"), name: t("Copy the public key of {0}", key.name), run: copy };
      replaceChildren(actions, busyButton({ ...options, icon: "copy" }, context).element);
    },
  };
}
