import type { PanelConnection } from "../../../shared/messages/settings/connections.ts";
import { busyButton } from "../../ui/busy-button.ts";
import { confirmDialog } from "../../ui/dialog.ts";
import { element } from "../../ui/dom.ts";
import type { SettingsContext } from "../context.ts";
import { copiedText } from "../copied-text.ts";
import { isCloud, kindOf } from "./kinds.ts";

export interface WebhookSection {
  element: HTMLElement;
  update(connection: PanelConnection, canWrite: boolean): void;
}

/** Where the tracker tells of changes, and the secret it signs them with, which is shown once. */
export function createWebhookSection(context: SettingsContext): WebhookSection {
  const { host, locale, notices } = context;
  const { t } = locale;
  let shown: PanelConnection | undefined;
  const address = copiedText(t("Webhook address"), context);
  const secret = copiedText(t("Secret"), context);
  const once = element(
    "div",
    { class: "once", attributes: { hidden: true } },
    element("p", {}, t("Copy the secret now: it is shown this once.")),
    secret.element,
  );
  const stored = element("p", { attributes: { role: "status" } });
  const help = element("p", { class: "field-help" });
  const reach = element(
    "p",
    { class: "field-help" },
    t(
      "The server listens on its own host alone. A tracker elsewhere reaches it through a proxy or tunnel of yours that leads to this path.",
    ),
  );
  const now = (): { id: string; version: number } => {
    const { id = "", version = 1 } = shown ?? {};
    return { id, version };
  };
  const makeLabel = { first: t("Make Secret"), again: t("Make New Secret") };
  const make = busyButton({ label: makeLabel.first, busyLabel: t("Making…"), icon: "key", run: renew }, context);
  const again = busyButton({ label: makeLabel.again, busyLabel: t("Making…"), icon: "key", run: renew }, context);
  const remove = busyButton(
    { label: t("Remove Secret"), busyLabel: t("Removing…"), icon: "trash", run: takeAway },
    context,
  );

  async function renew(): Promise<void> {
    if (shown?.hasWebhookSecret === true) {
      const title = t("Make a new secret for {0}?", shown.name);
      const text = t("Webhooks signed with the old one are refused from then on, until the tracker has the new one.");
      if (!(await confirmDialog({ title, text, confirm: makeLabel.again }, locale))) return;
    }
    const made = await host.ask("renewWebhookSecret", now());
    secret.set(made.secret);
    once.hidden = false;
    secret.focus();
    notices.announce(t("The secret was made. Copy it now: it is shown this once."));
  }

  async function takeAway(): Promise<void> {
    const title = t("Remove the secret of {0}?", shown?.name ?? "");
    const text = t("Webhooks are refused from then on; changes are still fetched on schedule.");
    if (!(await confirmDialog({ title, text, confirm: t("Remove Secret") }, locale))) return;
    await host.ask("removeWebhookSecret", now());
    secret.set("");
    once.hidden = true;
    notices.announce(t("The secret was removed"));
  }

  return {
    element: element(
      "div",
      {},
      element("p", { class: "field-help" }, t("With a webhook changes show at once instead of at the next sync.")),
      address.element,
      reach,
      stored,
      once,
      element("div", { class: "buttons" }, make.element, again.element, remove.element),
      help,
    ),
    update: (connection, canWrite) => {
      shown = connection;
      address.set(connection.webhookUrl);
      reach.hidden = !isLoopback(connection.webhookUrl);
      const { hasWebhookSecret } = connection;
      stored.textContent = hasWebhookSecret
        ? t("A secret is stored: webhooks signed with it are taken.")
        : t("No secret is stored: webhooks are refused.");
      make.element.hidden = hasWebhookSecret;
      again.element.hidden = !hasWebhookSecret;
      remove.element.hidden = !hasWebhookSecret;
      for (const button of [make, again, remove]) button.setDisabled(!canWrite);
      help.textContent = t(kindOf(connection.provider, isCloud(connection)).webhookHelp);
    },
  };
}

function isLoopback(url: string): boolean {
  return URL.canParse(url) && /^(localhost|127\.[\d.]+|\[::1\])$/.test(new URL(url).hostname);
}
