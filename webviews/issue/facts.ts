import type { IssuePanelState } from "../../shared/messages/issue-panel.ts";
import { element, replaceChildren } from "../ui/dom.ts";
import { createPicker, type Choice } from "../ui/picker.ts";
import { runTask } from "../ui/task.ts";
import type { PanelContext } from "./context.ts";
import { plainLine } from "../ui/plain-line.ts";
import { editButton, tellArrival, unchanged } from "./text-edit.ts";

type Loaded = Extract<IssuePanelState, { kind: "loaded" }>;
type Field = "labels" | "assignees";

export interface Facts {
  element: HTMLElement;
  update(state: Loaded): void;
}

/** Assignees, labels and milestone; the first two with their editors in place. */
export function createFacts(first: Loaded, context: PanelContext): Facts {
  const { host, locale, notices } = context;
  const { t } = locale;
  let state = first;
  let editing: Field | undefined;
  const assignees = editable("assignees", t("Assignees"), t("Edit assignees"));
  const labels = editable("labels", t("Labels"), t("Edit labels"));
  const milestone = element("dd");
  const list = element(
    "dl",
    { class: "facts" },
    assignees.element,
    labels.element,
    element("div", {}, element("dt", {}, t("Milestone")), milestone),
  );

  function editable(field: Field, name: string, label: string) {
    const value = element("dd");
    const edit = editButton(label, () => void open(field, label, value, edit));
    return { value, edit, element: element("div", {}, element("dt", {}, name, " ", edit), value) };
  }

  async function open(field: Field, label: string, place: HTMLElement, edit: HTMLElement): Promise<void> {
    await runTask([edit], { notices, failed: t("The choices could not be read.") }, async () => {
      const choices = await host.ask("choices");
      const { issue, abilities } = state;
      const current: Choice[] =
        field === "labels"
          ? issue.labels.map((value) => ({ value, label: plainLine(value) }))
          : issue.assignees.map(({ id, name }) => ({ value: id, label: plainLine(name) }));
      const offered: Choice[] =
        field === "labels"
          ? choices.labels.map((value) => ({ value, label: plainLine(value) }))
          : choices.assignees.map(({ id, name }) => ({ value: id, label: plainLine(name) }));
      const known = new Set(current.map(({ value }) => value));
      const several = field === "labels" || abilities.severalAssignees;
      const nobody = several ? [] : [{ value: "", label: t("Nobody") }];
      const close = (): void => {
        editing = undefined;
        show();
        edit.focus();
      };
      editing = field;
      replaceChildren(
        place,
        createPicker(
          {
            label,
            several,
            choices: [...nobody, ...current, ...offered.filter(({ value }) => !known.has(value))],
            chosen: current.map(({ value }) => value),
            note: choices.stale ? t("From before: the tracker could not be asked.") : null,
            failed: t("The change could not be saved."),
            onSubmit: async (chosen) => {
              const wanted = chosen.filter((value) => value !== "");
              const asked = { ...unchanged, version: state.issue.version, [field]: wanted };
              tellArrival(await host.ask("edit", asked), context);
              close();
            },
            onCancel: close,
          },
          context,
        ),
      );
    });
    place.querySelector("input")?.focus();
  }

  function show(): void {
    const { issue, abilities, canWrite } = state;
    assignees.edit.hidden = editing === "assignees" || !(abilities.assign && canWrite);
    labels.edit.hidden = editing === "labels" || !(abilities.label && canWrite);
    if (editing !== "assignees")
      fill(
        assignees.value,
        issue.assignees.map(({ name }) => person(name)),
        t("Nobody"),
      );
    if (editing !== "labels") {
      const chips = issue.labels.map((label) =>
        element("li", { class: "chip", attributes: { dir: "auto" } }, plainLine(label)),
      );
      fill(labels.value, chips, t("None"));
    }
    fill(milestone, issue.milestone === null ? [] : [element("li", {}, plainLine(issue.milestone))], t("None"));
  }
  show();
  return {
    element: list,
    update: (next) => {
      state = next;
      show();
    },
  };
}

function fill(place: HTMLElement, items: HTMLElement[], otherwise: string): void {
  replaceChildren(
    place,
    items.length > 0 ? element("ul", {}, ...items) : element("span", { class: "none" }, otherwise),
  );
}

function person(name: string): HTMLElement {
  return element("li", { class: "person" }, initials(name), element("bdi", {}, plainLine(name)));
}

/** Stands for a picture, which would have to be loaded from elsewhere. */
export function initials(name: string): HTMLElement {
  const letters = plainLine(name)
    .split(/[\s._-]+/)
    .map((word) => Array.from(word)[0] ?? "")
    .filter((letter) => /[\p{L}\p{N}]/u.test(letter));
  const shown = letters.length > 1 ? [letters[0], letters.at(-1)] : letters;
  return element("span", { class: "avatar", attributes: { "aria-hidden": "true" } }, shown.join("").toUpperCase());
}
