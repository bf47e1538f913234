import type { PanelConnection } from "../../../shared/messages/settings/connections.ts";
import { element } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import type { Locale } from "../../ui/locale.ts";
import { plainLine } from "../../ui/plain-line.ts";

/** In one word whether a connection works, for the list and the page of its own. */
export function statusBadge({ status }: PanelConnection, running: boolean, { t }: Locale): HTMLElement {
  if (running) return badge("running", icon("working"), t("Testing…"));
  if (status.ok === null) return badge("untried", icon("queued"), t("Not tested"));
  return status.ok ? badge("ok", icon("closed"), t("Works")) : badge("failed", icon("warning"), t("Fails"));
}

function badge(kind: string, picture: Element, word: string): HTMLElement {
  return element("span", { class: `badge badge-${kind}` }, picture, word);
}

/** What the last test found: in the tracker's words where it failed, with account, scopes and time. */
export function statusFacts({ provider, status, hasToken }: PanelConnection, locale: Locale): HTMLElement {
  const { t } = locale;
  const { account, checkedAt, message, ok, scopes } = status;
  const facts: [string, Node][] = [];
  if (account !== "") facts.push([t("Account"), element("bdi", {}, plainLine(account))]);
  if (scopes.length > 0) {
    const chips = scopes.map((scope) => element("li", { class: "chip" }, plainLine(scope)));
    facts.push([t("Scopes"), element("ul", { class: "chips" }, ...chips)]);
  } else if (ok === true && hasToken && provider === "github") {
    facts.push([
      t("Scopes"),
      new Text(t("GitHub does not tell what a fine-grained token may; it refuses what it may not.")),
    ]);
  }
  if (checkedAt !== null) facts.push([t("Tested"), locale.time(checkedAt)]);
  return element(
    "div",
    { class: `status-facts status-${ok === null ? "untried" : ok ? "ok" : "failed"}` },
    element("p", { class: "status-message", attributes: { dir: "auto" } }, plainLine(message)),
    element(
      "dl",
      { class: "facts" },
      ...facts.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))),
    ),
  );
}
