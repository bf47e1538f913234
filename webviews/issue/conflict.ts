import { element } from "../ui/dom.ts";
import { runTask } from "../ui/task.ts";
import type { Locale } from "../ui/locale.ts";
import type { Notices } from "../ui/notices.ts";

interface ConflictOptions {
  parts: { label: string; mine: string; theirs: string }[];
  onMine: () => Promise<void>;
  onTheirs: () => Promise<void>;
}

/** Two versions of the same text side by side, as they were written, and the choice between them. */
export function createConflict(
  { parts, onMine, onTheirs }: ConflictOptions,
  context: { locale: Locale; notices: Notices },
): HTMLElement {
  const { t } = context.locale;
  const keep = element("vscode-button", { onClick: () => void settle(onMine) }, t("Keep Mine"));
  const take = element(
    "vscode-button",
    { attributes: { appearance: "secondary" }, onClick: () => void settle(onTheirs) },
    t("Take Theirs"),
  );
  async function settle(run: () => Promise<void>): Promise<void> {
    await runTask([keep, take], { notices: context.notices, failed: t("The conflict could not be settled.") }, run);
  }
  return element(
    "div",
    { class: "conflict", attributes: { role: "group", "aria-label": t("Conflict") } },
    element("p", {}, t("Somebody else changed this while you were writing.")),
    ...parts.map(({ label, mine, theirs }) =>
      element(
        "div",
        { class: "sides" },
        side(`${label}: ${t("mine")}`, mine),
        side(`${label}: ${t("theirs")}`, theirs),
      ),
    ),
    element("div", { class: "buttons" }, keep, take),
  );
}

function side(label: string, text: string): HTMLElement {
  return element(
    "figure",
    { class: "side" },
    element("figcaption", {}, label),
    element("pre", { attributes: { tabindex: "0", dir: "auto", role: "region", "aria-label": label } }, text),
  );
}
