import type { AccessToken } from "../../../shared/entities/sign-in.ts";
import { busyButton } from "../../ui/busy-button.ts";
import { confirmDialog } from "../../ui/dialog.ts";
import { element } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { keyedRows } from "../../ui/keyed-list.ts";
import { plainLine } from "../../ui/plain-line.ts";
import { callOperation, type SettingsContext } from "../context.ts";
import { addButton, type Ways } from "../views.ts";
import { row, type Part } from "./part.ts";
import { scopeLabel } from "./scopes.ts";

/** One's tokens for scripts. What they are is shown once, when they are made. */
export function tokensPart(context: SettingsContext, ways: Ways): Part {
  const { locale, notices } = context;
  const { t } = locale;
  const add = addButton(t("Create Token"), ways.add);
  const list = element("ul", { class: "item-list", attributes: { "aria-labelledby": "section-tokens" } });
  const empty = element("p", { class: "empty" }, t("No token yet."));
  const showRows = keyedRows(list, rowOf);

  async function remove({ id, name }: AccessToken): Promise<void> {
    const title = t("Delete the token {0}?", name);
    const text = t("What uses it is refused from now on.");
    if (!(await confirmDialog({ title, text, confirm: t("Delete Token") }, locale))) return;
    await callOperation(context, "auth.removeToken", { id });
    notices.announce(t("{0} was deleted", name));
  }

  function rowOf(token: AccessToken, canWrite: boolean): HTMLElement {
    const { name, scopes, lastUsedAt, createdAt, expiresAt } = token;
    const facts = [
      [scopes.map((scope) => scopeLabel(scope, locale)).join(", ")],
      lastUsedAt === null ? [t("never used")] : [t("last used"), " ", locale.time(lastUsedAt)],
      [t("made"), " ", locale.time(createdAt)],
      [t("ends"), " ", locale.time(expiresAt)],
    ];
    const button = busyButton(
      {
        label: t("Delete"),
        busyLabel: t("Deleting…"),
        name: t("Delete the token {0}", plainLine(name)),
        icon: "trash",
        run: () => remove(token),
      },
      context,
    );
    button.setDisabled(!canWrite);
    return row(icon("key"), plainLine(name), facts, button.element);
  }

  return {
    element: element(
      "div",
      {},
      element(
        "p",
        { class: "lead" },
        t("For scripts and other programs, in place of your sign-in. They end by themselves, and never administer."),
      ),
      empty,
      list,
      element("div", { class: "buttons" }, add),
    ),
    update: ({ tokens, canWrite }) => {
      showRows(
        tokens.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt)),
        canWrite,
      );
      empty.hidden = tokens.length > 0;
      add.toggleAttribute("disabled", !canWrite);
    },
    isDirty: () => false,
  };
}
