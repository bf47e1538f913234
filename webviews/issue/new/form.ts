import { AppError } from "../../../shared/errors.ts";
import type {
  NewIssueDraft,
  NewIssueProject,
  NewIssueStart,
  NewIssueState,
} from "../../../shared/messages/new-issue.ts";
import { busyButton } from "../../ui/busy-button.ts";
import { element } from "../../ui/dom.ts";
import { selectField, textField } from "../../ui/form.ts";
import { createMarkdownEditor } from "../../ui/markdown-editor.ts";
import { plainLine } from "../../ui/plain-line.ts";
import { chosenField } from "./chosen-field.ts";
import type { NewIssueContext } from "./context.ts";

type FormState = Extract<NewIssueState, { kind: "form" }>;

export interface NewIssueForm {
  element: HTMLElement;
  update: (state: FormState) => void;
  /** Puts more into it; what is written stays. */
  add: (start: NewIssueStart) => void;
  draft: () => NewIssueDraft;
  focus: () => void;
}

/** The form of a new issue. What the tracker does not let the account do is not asked for. */
export function createForm(
  context: NewIssueContext,
  first: FormState,
  begun: NewIssueDraft,
  onInput: () => void,
): NewIssueForm {
  const { host, locale, notices } = context;
  const { t } = locale;
  let state = first;
  let projects: readonly NewIssueProject[] = [];
  let mayCreate = true;
  let asked = "";

  const project = selectField({
    id: "new-project",
    label: t("Project"),
    choices: [],
    onInput: () => projectChanged(""),
  });
  const link = selectField({ id: "new-link", label: t("Tracker"), choices: [], onInput: () => void choicesChanged() });
  const title = textField({
    id: "new-title",
    label: t("Title"),
    value: begun.title,
    required: true,
    maxLength: 1000,
    onInput,
  });
  const bodyError = element("p", { class: "field-error", attributes: { id: "new-body-error", hidden: true } });
  const body = createMarkdownEditor(
    {
      id: "new-body",
      label: t("Description"),
      placeholder: t("In Markdown; may be empty"),
      value: begun.body,
      submitLabel: null,
      describedBy: bodyError.id,
      failed: t("{0} failed.", t("Create Issue")),
      base: () => "",
      mayBeEmpty: true,
      onChange: () => {
        failBody(null);
        onInput();
      },
      onSubmit: () => create.press(),
    },
    context,
  );
  const labels = chosenField({ label: t("Labels"), editLabel: t("Choose labels"), none: t("None"), onInput }, context);
  const assignees = chosenField(
    { label: t("Assignees"), editLabel: t("Choose assignees"), none: t("Nobody"), onInput },
    context,
  );
  const create = busyButton(
    { label: t("Create Issue"), busyLabel: t("Creating…"), appearance: "primary", run: submit },
    context,
  );
  const cancel = element(
    "vscode-button",
    { attributes: { appearance: "secondary" }, onClick: () => host.tell("close") },
    t("Cancel"),
  );
  const refusal = element("p", { class: "notice", attributes: { role: "status", hidden: true } });
  const form = element(
    "form",
    { class: "issue new-issue", attributes: { "aria-label": t("New issue"), novalidate: true } },
    element("header", {}, element("h1", { class: "title" }, t("New issue")), refusal),
    element(
      "main",
      {},
      title.element,
      element(
        "div",
        { class: "field" },
        element("label", { attributes: { for: "new-body-text" } }, t("Description")),
        body.element,
        bodyError,
      ),
    ),
    element(
      "aside",
      { attributes: { "aria-label": t("Details") } },
      project.element,
      link.element,
      element("dl", { class: "facts" }, assignees.element, labels.element),
    ),
    element(
      "div",
      { class: "buttons submit" },
      create.element,
      cancel,
      element("span", { class: "hint" }, t("Ctrl+Enter sends")),
    ),
  );
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("keydown", (event) => {
    const isTitle = event.target instanceof HTMLInputElement && event.target.id === "new-title";
    // In the description the editor itself does it.
    if (event.key === "Enter" && isTitle && (event.ctrlKey || event.metaKey)) void create.press();
  });

  function failBody(message: string | null): void {
    bodyError.textContent = message ?? "";
    bodyError.hidden = message === null;
  }

  const chosenProject = (): NewIssueProject | undefined => projects.find(({ id }) => id === project.value());

  function projectChanged(linkId: string): void {
    const { links = [] } = chosenProject() ?? {};
    link.choices(links.map(({ id, name }) => ({ value: id, label: plainLine(name) })));
    if (links.some(({ id }) => id === linkId)) link.set(linkId);
    link.element.hidden = links.length < 2;
    void choicesChanged();
  }

  /** What can be chosen at this tracker. What is chosen and not offered there goes. */
  async function choicesChanged(): Promise<void> {
    const place = { projectId: project.value(), linkId: link.value() };
    asked = `${place.projectId} ${place.linkId}`;
    const mine = asked;
    onInput();
    showRefusal();
    if (place.projectId === "" || place.linkId === "") return;
    try {
      const choices = await host.ask("choices", place);
      if (asked !== mine) return;
      const { abilities, stale } = choices;
      const note = stale ? t("From before: the tracker could not be asked.") : null;
      const people = choices.assignees.map(({ id, name }) => ({ value: id, label: plainLine(name) }));
      const words = choices.labels.map((label) => ({ value: label, label: plainLine(label) }));
      for (const [field, offered, several, allowed] of [
        [labels, words, true, abilities.label],
        [assignees, people, abilities.severalAssignees, abilities.assign],
      ] as const) {
        field.element.hidden = !allowed;
        const kept = field.value().filter(({ value }) => stale || offered.some((one) => one.value === value));
        field.set(allowed ? (several ? kept : kept.slice(0, 1)) : []);
        field.offer({ choices: offered, several, note });
      }
      mayCreate = abilities.create;
      showRefusal();
      onInput();
    } catch (error) {
      if (asked === mine) notices.fail(t("The choices could not be read."), error);
    }
  }

  function showRefusal(): void {
    const chosen = chosenProject();
    let reason = "";
    if (projects.length === 0) reason = t("There is no project yet. Add one first.");
    else if (chosen?.links.length === 0) reason = t("This project has no tracker. Connect one first.");
    else if (!mayCreate) reason = t("The tracker does not let this connection's account create issues.");
    refusal.textContent = reason;
    refusal.hidden = reason === "";
    create.setDisabled(!state.canWrite || reason !== "");
  }

  async function submit(): Promise<void> {
    if (title.value().trim() === "") {
      title.fail(t("An issue needs a title."));
      title.focus();
      return;
    }
    const { title: text, body: markdown, projectId, linkId } = draft();
    const chosen = (field: typeof labels): string[] => field.value().map(({ value }) => value);
    try {
      await host.ask("create", {
        projectId,
        linkId,
        title: text.trim(),
        body: markdown,
        labels: chosen(labels),
        assignees: chosen(assignees),
      });
    } catch (error) {
      if (!(error instanceof AppError) || !showErrors(error)) throw error;
    }
  }

  /** Beside the fields. @returns whether any is about one of them */
  function showErrors({ errors }: AppError): boolean {
    const of = (name: string): string | undefined => errors.find(({ path }) => path === name)?.message;
    title.fail(of("title") ?? null);
    failBody(of("body") ?? null);
    if (of("title") !== undefined) title.focus();
    else if (of("body") !== undefined) body.focus();
    return of("title") !== undefined || of("body") !== undefined;
  }

  function draft(): NewIssueDraft {
    return {
      projectId: project.value(),
      linkId: link.value(),
      title: title.value(),
      body: body.value(),
      labels: labels.value().map(({ value }) => value),
      assignees: assignees.value().map(({ value, label }) => ({ id: value, name: label })),
    };
  }

  function choose(projectId: string, linkId: string): void {
    if (projects.some(({ id }) => id === projectId)) project.set(projectId);
    projectChanged(linkId);
  }

  function update(next: FormState): void {
    state = next;
    const before = JSON.stringify(projects);
    projects = next.projects;
    if (before !== JSON.stringify(projects)) {
      const kept = project.value();
      project.choices(projects.map(({ id, name }) => ({ value: id, label: plainLine(name) })));
      project.element.hidden = projects.length < 2;
      choose(kept === "" ? begun.projectId : kept, kept === "" ? begun.linkId : link.value());
    }
    showRefusal();
  }

  labels.set(begun.labels.map((label) => ({ value: label, label: plainLine(label) })));
  assignees.set(begun.assignees.map(({ id, name }) => ({ value: id, label: plainLine(name) })));
  update(first);

  return {
    element: form,
    update,
    add: ({ projectId, quote }) => {
      if (projectId !== "" && projectId !== project.value()) choose(projectId, "");
      if (quote !== "") body.set([body.value().trimEnd(), quote].filter((part) => part !== "").join("\n\n"));
      onInput();
    },
    draft,
    focus: () => title.focus(),
  };
}
