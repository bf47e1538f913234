import type { SshHost } from "../../../shared/entities/ssh-key.ts";
import { busyButton } from "../../ui/busy-button.ts";
import { confirmDialog } from "../../ui/dialog.ts";
import { element } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { keyedRows } from "../../ui/keyed-list.ts";
import { callOperation, type SettingsContext } from "../context.ts";
import { fingerprint, type State } from "./facts.ts";

export interface Hosts {
  element: HTMLElement;
  update: (state: State) => void;
}

/** The hosts whose keys were recorded when they were first reached, and the way to forget them. */
export function createHosts(context: SettingsContext): Hosts {
  const { locale, notices } = context;
  const { t } = locale;
  const list = element("ul", { class: "item-list", attributes: { "aria-labelledby": "section-hosts" } });
  const empty = element("p", { class: "empty" }, t("No host was reached over SSH yet."));
  const showRows = keyedRows(list, rowOf);

  async function forget({ id, host }: SshHost): Promise<void> {
    const title = t("Forget the keys of {0}?", host);
    const text = t(
      "Whatever answers there next is taken to be it. Forget them only where you know why they changed, and compare the fingerprints afterwards.",
    );
    if (!(await confirmDialog({ title, text, confirm: t("Forget Keys") }, locale))) return;
    await callOperation(context, "sshHosts.remove", { id });
    notices.announce(t("The keys of {0} were forgotten", host));
  }

  function rowOf(recorded: SshHost, canWrite: boolean): HTMLElement {
    const { host, keys, recordedAt } = recorded;
    const button = busyButton(
      {
        label: t("Forget"),
        busyLabel: t("Forgetting…"),
        name: t("Forget the keys of {0}", host),
        icon: "trash",
        run: () => forget(recorded),
      },
      context,
    );
    button.setDisabled(!canWrite);
    return element(
      "li",
      { class: "item-row" },
      icon("link"),
      element(
        "div",
        {},
        element("h3", {}, element("bdi", {}, host)),
        element("p", { class: "row-facts" }, element("bdi", {}, t("recorded"), " ", locale.time(recordedAt))),
        element(
          "dl",
          { class: "facts fingerprints" },
          ...keys.map((key) => fingerprint(key.type.replace(/^ssh-/, ""), key.fingerprint)),
        ),
      ),
      element("div", { class: "row-actions" }, button.element),
    );
  }

  return {
    element: element(
      "div",
      {},
      element(
        "p",
        { class: "lead" },
        t("The server records a host's keys when it first reaches it, and refuses another key there from then on."),
      ),
      empty,
      list,
    ),
    update: ({ hosts, canWrite }) => {
      showRows(
        hosts.toSorted((a, b) => a.host.localeCompare(b.host)),
        canWrite,
      );
      empty.hidden = hosts.length > 0;
    },
  };
}
