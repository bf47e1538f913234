import { element } from "./dom.ts";
import type { Locale } from "./locale.ts";

export interface Question {
  title: string;
  text: string;
  /** The button that does it. */
  confirm: string;
}

/** Asks before something is lost. Escape and the second button mean no; the focus goes back to where it was. */
export function confirmDialog({ title, text, confirm }: Question, { t }: Locale): Promise<boolean> {
  const heading = element("h2", { attributes: { id: "dialog-title" } }, title);
  const words = element("p", { attributes: { id: "dialog-text" } }, text);
  const yes = element("vscode-button", { onClick: () => dialog.close("yes") }, confirm);
  const no = element(
    "vscode-button",
    { attributes: { appearance: "secondary" }, onClick: () => dialog.close("no") },
    t("Cancel"),
  );
  const dialog = element(
    "dialog",
    {
      class: "dialog",
      attributes: { "aria-labelledby": heading.id, "aria-describedby": words.id, role: "alertdialog" },
    },
    heading,
    words,
    element("div", { class: "buttons" }, yes, no),
  );
  document.body.append(dialog);
  dialog.showModal();
  // What Enter does by accident must be harmless.
  no.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
