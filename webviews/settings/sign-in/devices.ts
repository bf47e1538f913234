import type { AuthSession } from "../../../shared/entities/sign-in.ts";
import { busyButton } from "../../ui/busy-button.ts";
import { confirmDialog } from "../../ui/dialog.ts";
import { element } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { keyedRows } from "../../ui/keyed-list.ts";
import type { Locale } from "../../ui/locale.ts";
import { plainLine } from "../../ui/plain-line.ts";
import { callOperation, type SettingsContext } from "../context.ts";
import { row, type Part } from "./part.ts";

/** Where one is signed in, this one first; the others can be ended. */
export function devicesPart(context: SettingsContext): Part {
  const { locale, notices } = context;
  const { t } = locale;
  const list = element("ul", { class: "item-list", attributes: { "aria-labelledby": "section-devices" } });
  const showRows = keyedRows(list, rowOf);

  async function revoke({ id, client }: AuthSession): Promise<void> {
    const title = t("Sign out {0}?", plainLine(client));
    const text = t("Its next request is refused, until somebody signs in there anew.");
    if (!(await confirmDialog({ title, text, confirm: t("Sign Out") }, locale))) return;
    await callOperation(context, "auth.revoke", { sessionId: id });
    notices.announce(t("{0} was signed out", plainLine(client)));
  }

  function rowOf(signIn: AuthSession, canWrite: boolean): HTMLElement {
    const { client, createdAt, lastUsedAt, expiresAt, current } = signIn;
    const facts = [
      [howProven(signIn.amr, locale)],
      [t("last used"), " ", locale.time(lastUsedAt)],
      [t("signed in"), " ", locale.time(createdAt)],
      [t("ends"), " ", locale.time(expiresAt)],
    ];
    if (current) {
      const badge = element("span", { class: "badge badge-ok" }, icon("check"), t("This one"));
      return row(icon("terminal"), plainLine(client), facts, badge);
    }
    const name = t("Sign out {0}", plainLine(client));
    const button = busyButton(
      { label: t("Sign Out"), busyLabel: t("Signing out…"), name, run: () => revoke(signIn) },
      context,
    );
    button.setDisabled(!canWrite);
    return row(icon("terminal"), plainLine(client), facts, button.element);
  }

  return {
    element: list,
    update: ({ signIns, canWrite }) => {
      const sorted = signIns.toSorted(
        (a, b) => Number(b.current) - Number(a.current) || b.lastUsedAt.localeCompare(a.lastUsedAt),
      );
      showRows(sorted, canWrite);
    },
    isDirty: () => false,
  };
}

/** How a person proved who they are, in words. */
function howProven(amr: readonly string[], { t }: Locale): string {
  const words: Record<string, string> = {
    local: t("by a file that only you can read"),
    host: t("by your account on the host"),
    pwd: t("by password"),
    otp: t("by one-time code"),
  };
  return amr.map((way) => words[way] ?? plainLine(way)).join(", ");
}
