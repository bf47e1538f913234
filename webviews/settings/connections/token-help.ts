import { element } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import type { Locale } from "../../ui/locale.ts";
import { tokenPagesOf, type Kind } from "./kinds.ts";

/** Where a token is made, which rights it needs, and what does not work without each. */
export function tokenHelp(kind: Kind, baseUrl: string, { t }: Locale): HTMLElement {
  const pages = tokenPagesOf(kind, baseUrl).map(({ label, url }) =>
    element("li", {}, element("a", { attributes: { href: url, title: url } }, t(label), " ", icon("external"))),
  );
  const rights = kind.rights.map(({ name, gives, without }) =>
    element("div", {}, element("dt", {}, element("code", {}, name)), element("dd", {}, `${t(gives)} ${t(without)}`)),
  );
  return element(
    "div",
    { class: "token-help" },
    pages.length === 0 ? null : element("ul", { class: "token-pages" }, ...pages),
    element("p", {}, t(kind.tokenHelp)),
    rights.length === 0 ? null : element("dl", { class: "rights" }, ...rights),
  );
}
