import { element } from "../../ui/dom.ts";
import type { SettingsContext } from "../context.ts";
import { pageTitle, section, type View, type Ways } from "../views.ts";
import { codesPart } from "./codes.ts";
import { devicesPart } from "./devices.ts";
import type { State } from "./part.ts";
import { passwordPart } from "./password.ts";
import { tokensPart } from "./tokens.ts";

/** Everything about one's own sign-in, one part below the other. */
export function overview(context: SettingsContext, first: State, ways: Ways): View<"signIn"> {
  const { t } = context.locale;
  const devices = devicesPart(context);
  const tokens = tokensPart(context, ways);
  const password = passwordPart(context, ways.onInput);
  const codes = codesPart(context, ways.onInput);
  const proofs = [
    section("password", t("Password"), password.element),
    section("codes", t("One-Time Codes"), codes.element),
  ];
  const alone = section(
    "alone",
    t("Password and One-Time Codes"),
    element(
      "p",
      {},
      t(
        "None is needed: this server runs for you alone, and signs in whoever can read a file that only you can read. A shared server asks for them before it is administered.",
      ),
    ),
  );
  const lead = element("p", { class: "lead" });
  const parts = [devices, tokens, password, codes];

  function update(state: State): void {
    lead.textContent = t("How {0} signs in, and where.", state.email);
    for (const part of proofs) part.hidden = state.mode === "personal";
    alone.hidden = state.mode !== "personal";
    for (const part of parts) part.update(state);
  }
  update(first);

  return {
    element: element(
      "div",
      { class: "item-page" },
      pageTitle(t("Sign-in")),
      lead,
      section("devices", t("Where You Are Signed In"), devices.element),
      section("tokens", t("Personal Access Tokens"), tokens.element),
      ...proofs,
      alone,
    ),
    place: { view: "list", item: "" },
    update,
    draft: () => null,
    isDirty: () => parts.some((part) => part.isDirty()),
  };
}
