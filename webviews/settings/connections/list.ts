import type { PanelConnection } from "../../../shared/messages/settings/connections.ts";
import { element, replaceChildren, setAttribute } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { arrangeChildren } from "../../ui/keyed-list.ts";
import { plainLine } from "../../ui/plain-line.ts";
import type { SettingsContext } from "../context.ts";
import { addButton, itemButton, listHead, type Ways } from "../views.ts";
import { hostOf, isCloud, kindOf } from "./kinds.ts";
import { statusBadge } from "./status.ts";
import type { Tests } from "./tests.ts";
import type { LoadedState, View } from "./view.ts";

export interface ListOptions {
  tests: Tests;
  ways: Ways;
}

interface Row {
  element: HTMLElement;
  update: (connection: PanelConnection, tenant: string | null, canWrite: boolean) => void;
}

/** Every connection with how it stands. Rows stay in place while they change, and so does the focus. */
export function createList(context: SettingsContext, first: LoadedState, options: ListOptions): View {
  const { t } = context.locale;
  const rows = new Map<string, Row>();
  const list = element("ul", { class: "item-list connection-list", attributes: { "aria-labelledby": "page-title" } });
  const add = addButton(t("Add Connection"), options.ways.add);
  const empty = element(
    "div",
    { class: "empty" },
    element(
      "p",
      {},
      t(
        "No connection yet. A connection is an account at GitHub, GitLab or Jira through which aiops reads and changes issues; projects link to it.",
      ),
    ),
  );

  function update(state: LoadedState): void {
    const tenants = state.tenants.length > 1 ? new Map(state.tenants.map(({ id, name }) => [id, name])) : null;
    const sorted = state.connections.toSorted((a, b) => a.name.localeCompare(b.name, context.locale.language));
    const shown = sorted.map((connection) => {
      const row = rows.get(connection.id) ?? createRow(connection.id, context, options);
      rows.set(connection.id, row);
      row.update(connection, tenants?.get(connection.tenantId) ?? null, state.canWrite);
      return row.element;
    });
    arrangeChildren(list, shown);
    list.hidden = sorted.length === 0;
    empty.hidden = sorted.length > 0;
    setAttribute(add, "disabled", !state.canWrite);
  }
  update(first);

  return {
    element: element(
      "div",
      { class: "connections" },
      ...listHead(
        t("Connections"),
        t("Accounts at GitHub, GitLab and Jira. There may be several of each; projects choose among them."),
        add,
      ),
      empty,
      list,
    ),
    place: { view: "list", item: "" },
    update,
    draft: () => null,
    isDirty: () => false,
  };
}

function createRow(id: string, { locale }: SettingsContext, { tests, ways }: ListOptions): Row {
  const { t } = locale;
  const picture = element("span", { class: "provider" });
  const name = itemButton(id, ways);
  const facts = element("p", { class: "row-facts" });
  const message = element("p", { class: "row-message", attributes: { dir: "auto" } });
  const badge = element("span", { attributes: { role: "status" } });
  const test = element("vscode-button", { attributes: { appearance: "secondary" } });
  let shown: PanelConnection | undefined;
  test.addEventListener("click", () => {
    if (test.hasAttribute("disabled") || shown === undefined) return;
    void (tests.isRunning(id) ? tests.cancel(id) : tests.start(id, shown.name));
  });

  return {
    element: element(
      "li",
      { class: "item-row connection" },
      picture,
      element("div", { class: "row-text" }, element("h2", {}, name), facts, message),
      element("div", { class: "row-actions" }, badge, test),
    ),
    update: (connection, tenant, canWrite) => {
      const changedProvider = shown?.provider !== connection.provider;
      shown = connection;
      const kind = kindOf(connection.provider, isCloud(connection));
      if (changedProvider) replaceChildren(picture, icon(kind.icon));
      name.textContent = connection.name;
      const uses = connection.projects.length;
      const parts = [
        kind.name,
        hostOf(connection.baseUrl) || kind.host,
        whose(connection, t),
        uses === 0 ? t("used by no project") : uses === 1 ? t("1 project") : t("{0} projects", locale.number(uses)),
        tenant === null ? null : plainLine(tenant),
      ].filter((part) => part !== null && part !== "");
      replaceChildren(facts, ...parts.map((part) => element("bdi", {}, part)));
      facts.title = connection.projects.join(", ");
      message.textContent = connection.status.ok === false ? plainLine(connection.status.message) : "";
      message.hidden = connection.status.ok !== false;
      const running = tests.isRunning(id);
      const next = statusBadge(connection, running, locale);
      // Written only when it changed, so that it is read out once.
      if (badge.firstElementChild?.outerHTML !== next.outerHTML) replaceChildren(badge, next);
      test.textContent = running ? t("Cancel") : t("Test");
      setAttribute(
        test,
        "aria-label",
        running ? t("Cancel the test of {0}", connection.name) : t("Test {0}", connection.name),
      );
      setAttribute(test, "disabled", !canWrite);
    },
  };
}

function whose({ email, hasToken, status }: PanelConnection, t: (english: string) => string): string {
  if (!hasToken) return t("without a token");
  return plainLine(status.account || email) || t("account not known yet");
}
