import type { PanelConnection, ConnectionDraft } from "../../../shared/messages/settings/connections.ts";
import { busyButton } from "../../ui/busy-button.ts";
import { confirmDialog } from "../../ui/dialog.ts";
import { element, replaceChildren, setAttribute } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { plainLine } from "../../ui/plain-line.ts";
import type { SettingsContext } from "../context.ts";
import { backButton, pageTitle, section, type Ways } from "../views.ts";
import { createDetails } from "./details.ts";
import { hostOf, isCloud, kindOf } from "./kinds.ts";
import { statusBadge, statusFacts } from "./status.ts";
import type { Tests } from "./tests.ts";
import { createTokenForm } from "./token.ts";
import type { LoadedState, View } from "./view.ts";
import { createWebhookSection } from "./webhook.ts";

export interface EditOptions {
  tests: Tests;
  draft: ConnectionDraft | null;
  ways: Ways;
  /** The connection is not there any more. */
  gone: (name: string) => void;
}

/** One connection with all that can be done about it. */
export function createEdit(
  context: SettingsContext,
  first: LoadedState,
  id: string,
  options: EditOptions,
): View | null {
  const { host, locale, notices } = context;
  const { t } = locale;
  const { tests } = options;
  const found = first.connections.find((connection) => connection.id === id);
  if (found === undefined) return null;
  let shown: PanelConnection = found;

  const title = pageTitle("");
  const subtitle = element("p", { class: "lead" });
  const status = element("div", { attributes: { role: "status" } });
  const test = element("vscode-button", { attributes: { appearance: "secondary" }, onClick: toggleTest });
  const details = createDetails(context, shown, options.draft, options.ways.onInput);
  const token = createTokenForm(context, options.ways.onInput, () => void tests.start(id, shown.name));
  const webhook = createWebhookSection(context);
  const uses = element("div");
  const remove = busyButton(
    { label: t("Delete Connection"), busyLabel: t("Deleting…"), icon: "trash", run: takeAway },
    context,
  );
  let drawnStatus = "";

  function toggleTest(): void {
    if (test.hasAttribute("disabled")) return;
    void (tests.isRunning(id) ? tests.cancel(id) : tests.start(id, shown.name));
  }

  async function takeAway(): Promise<void> {
    const { name, version } = shown;
    const question = t("Delete the connection {0}?", name);
    const text = t("Its token and webhook secret are deleted with it. Issues at the tracker stay as they are.");
    if (!(await confirmDialog({ title: question, text, confirm: t("Delete Connection") }, locale))) return;
    await host.ask("removeConnection", { id, version });
    notices.announce(t("{0} was deleted", name));
  }

  function update(state: LoadedState): void {
    const next = state.connections.find((connection) => connection.id === id);
    if (next === undefined) {
      options.gone(shown.name);
      return;
    }
    shown = next;
    const kind = kindOf(next.provider, isCloud(next));
    title.textContent = next.name;
    const tenant =
      state.tenants.length > 1 ? state.tenants.find(({ id: one }) => one === next.tenantId)?.name : undefined;
    const parts = [kind.name, hostOf(next.baseUrl) || kind.host, tenant].filter(
      (part) => part !== undefined && part !== "",
    );
    replaceChildren(subtitle, icon(kind.icon), ` ${parts.map(String).map(plainLine).join(" · ")}`);
    const running = tests.isRunning(id);
    const drawing = JSON.stringify([next.status, running, next.hasToken]);
    // Written only when it changed, so that it is read out once.
    if (drawing !== drawnStatus) replaceChildren(status, statusBadge(next, running, locale), statusFacts(next, locale));
    drawnStatus = drawing;
    test.textContent = running ? t("Cancel Test") : t("Test Connection");
    setAttribute(test, "disabled", !state.canWrite);
    details.update(next, state.canWrite);
    token.update(next, state);
    webhook.update(next, state.canWrite);
    const names = next.projects.map((name) => element("li", {}, element("bdi", {}, plainLine(name))));
    replaceChildren(
      uses,
      names.length === 0
        ? element("p", {}, t("No project uses it."))
        : element(
            "div",
            {},
            element("p", {}, t("It can't be deleted while projects use it. Remove their links first:")),
            element("ul", { class: "uses" }, ...names),
          ),
    );
    remove.setDisabled(!state.canWrite || names.length > 0);
  }
  update(first);

  return {
    element: element(
      "div",
      { class: "item-page" },
      backButton(t("All connections"), options.ways),
      title,
      subtitle,
      section("status", t("Status"), status, element("div", { class: "buttons" }, test)),
      section("details", t("Details"), details.element),
      section("token", t("Token"), token.element),
      section("webhook", t("Webhook"), webhook.element),
      section("delete", t("Delete"), uses, element("div", { class: "buttons" }, remove.element)),
    ),
    place: { view: "edit", item: id },
    update,
    draft: details.draft,
    isDirty: () => details.draft() !== null || token.isDirty(),
  };
}
