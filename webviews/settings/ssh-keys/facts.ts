import type { PanelSshKey } from "../../../shared/messages/settings/access.ts";
import type { LoadedPage } from "../../../shared/messages/settings-panel.ts";
import { element } from "../../ui/dom.ts";
import type { Locale } from "../../ui/locale.ts";
import { plainLine } from "../../ui/plain-line.ts";
import type { View } from "../views.ts";

export type State = LoadedPage<"sshKeys">;
export type KeyView = View<"sshKeys">;

/** Its algorithm as people name it, with its length, as `ed25519, 256 bits`. */
export function kindOfKey({ type, bits }: Pick<PanelSshKey, "type" | "bits">, { t, number }: Locale): string {
  return t("{0}, {1} bits", type.replace(/^ssh-/, ""), number(bits));
}

/** A key's tenant, where there are several to tell apart. */
export function tenantName({ tenantId }: Pick<PanelSshKey, "tenantId">, { tenants }: State): string {
  return tenants.length > 1 ? plainLine(tenants.find(({ id }) => id === tenantId)?.name ?? "") : "";
}

/** A fingerprint with what it is of, to be compared with what is shown elsewhere. */
export function fingerprint(label: string, value: string): HTMLElement {
  return element(
    "div",
    {},
    element("dt", {}, label),
    element("dd", {}, element("code", { attributes: { dir: "ltr" } }, value)),
  );
}

/** Both fingerprints of a key: hosts show one or the other. */
export function fingerprints({ fingerprintSha256, fingerprintMd5 }: PanelSshKey): HTMLElement {
  return element(
    "dl",
    { class: "facts fingerprints" },
    fingerprint("SHA-256", fingerprintSha256),
    fingerprint("MD5", fingerprintMd5),
  );
}
