import type { Outcome } from "../../shared/messages/panel.ts";
import type { PanelWrite, WriteChange } from "../../shared/messages/issue-panel.ts";
import { element, replaceChildren } from "../ui/dom.ts";
import { textField, type Field } from "../ui/form.ts";
import { icon } from "../ui/icons.ts";
import { createMarkdownEditor } from "../ui/markdown-editor.ts";
import { richText } from "../ui/rich-text.ts";
import { runTask } from "../ui/task.ts";
import { createConflict } from "./conflict.ts";
import type { TextContext } from "./context.ts";

/** What can be done about writes. */
export interface WriteActions {
  change: (change: WriteChange) => Promise<Outcome>;
  retry: (id: string) => Promise<Outcome>;
  remove: (id: string) => Promise<Outcome>;
}

export interface Pending {
  element: HTMLElement;
  update(writes: readonly PanelWrite[], base: string): void;
}

/** Writes that have not reached the tracker: what they are, how they stand, and what can be done about them. */
export function createPending(actions: WriteActions, context: TextContext): Pending {
  const { t } = context.locale;
  const heading = element("h2", { attributes: { id: "pending-heading" } }, t("Waiting to be sent"));
  const list = element("div");
  const section = element(
    "section",
    { class: "pending", attributes: { "aria-labelledby": heading.id } },
    heading,
    list,
  );
  let shown = new Map<string, { version: number; article: HTMLElement }>();
  return {
    element: section,
    update: (writes, base) => {
      const next = new Map<string, { version: number; article: HTMLElement }>();
      for (const write of writes) {
        const known = shown.get(write.id);
        next.set(
          write.id,
          known?.version === write.version
            ? known
            : { version: write.version, article: writeArticle(write, base, actions, context) },
        );
      }
      const same =
        next.size === shown.size && [...next].every(([id, { article }]) => shown.get(id)?.article === article);
      shown = next;
      section.hidden = next.size === 0;
      // Drawn anew only where something differs: somebody may be writing in one of them.
      if (!same) replaceChildren(list, ...Array.from(next.values(), ({ article }) => article));
    },
  };
}

/** One write, with its buttons where it is not being sent. @param base what relative addresses are relative to */
export function writeArticle(
  write: PanelWrite,
  base: string,
  actions: WriteActions,
  context: TextContext,
): HTMLElement {
  const { locale, notices } = context;
  const { t } = locale;
  const content = element("div");
  const buttons = element("div", { class: "buttons" });
  const failed = t("That did not work.");

  function button(label: string, run: () => Promise<unknown>): HTMLElement {
    const made = element(
      "vscode-button",
      {
        attributes: { appearance: "secondary" },
        onClick: () =>
          void runTask([made], { notices, failed }, async () => {
            await run();
          }),
      },
      label,
    );
    return made;
  }

  const { write: what, id, version } = write;
  const text = "body" in what ? what.body : undefined;

  function show(): void {
    if (write.conflict !== null) {
      const { mine, theirs } = write.conflict;
      const settle = async (keep: "mine" | "theirs"): Promise<void> => {
        await actions.change({ id, version, keep, title: undefined, body: undefined });
      };
      const parts = (["title", "body"] as const)
        .filter((field) => mine[field] !== undefined)
        .map((field) => ({
          label: field === "title" ? t("Title") : t("Description"),
          mine: mine[field] ?? "",
          theirs: theirs[field] ?? "",
        }));
      replaceChildren(
        content,
        createConflict({ parts, onMine: () => settle("mine"), onTheirs: () => settle("theirs") }, context),
      );
    } else {
      replaceChildren(
        content,
        ...facts(write, t).map((fact) => element("p", { attributes: { dir: "auto" } }, fact)),
        text === undefined ? null : richText({ source: text, base, headingLevel: 4 }, context),
      );
    }
    const free = write.status !== "sending";
    replaceChildren(
      buttons,
      free && write.conflict === null && text !== undefined
        ? button(t("Edit"), () => Promise.resolve(open(text)))
        : null,
      free && write.conflict === null ? button(t("Send Now"), () => actions.retry(id)) : null,
      free ? button(t("Delete"), () => actions.remove(id)) : null,
    );
  }

  function open(body: string): void {
    const title = what.kind === "create" ? titleField(id, what.title, t) : null;
    const editor = createMarkdownEditor(
      {
        id: `write-${id}`,
        label: t("Waiting text"),
        value: body,
        submitLabel: t("Save"),
        failed: t("The text could not be saved."),
        base: () => base,
        mayBeEmpty: what.kind !== "comment",
        onChange: () => undefined,
        onSubmit: async (next) => {
          const name = title?.value().trim();
          if (title !== null && name === "") {
            title.fail(t("An issue needs a title."));
            title.focus();
            return;
          }
          await actions.change({ id, version, body: next, title: name, keep: undefined });
          show();
        },
        onCancel: show,
      },
      context,
    );
    replaceChildren(content, title?.element ?? null, editor.element);
    replaceChildren(buttons);
    (title ?? editor).focus();
  }

  show();
  return element(
    "article",
    { class: `comment write write-${write.status}` },
    element(
      "h3",
      { class: "byline" },
      icon(write.status === "conflict" || write.status === "failed" ? "warning" : "queued"),
      element("strong", {}, kindName(what.kind, t)),
      element("span", { class: "when" }, locale.time(write.createdAt)),
      element("span", { class: "chip" }, statusWord(write, t)),
    ),
    element(
      "div",
      { class: "write-content" },
      write.error === null ? null : element("p", { class: "write-error" }, write.error.message),
      content,
      buttons,
    ),
  );
}

type Translate = TextContext["locale"]["t"];

function titleField(id: string, value: string, t: Translate): Field {
  return textField({ id: `write-${id}-title`, label: t("Title"), value, required: true, maxLength: 1000 });
}

function kindName(kind: PanelWrite["write"]["kind"], t: Translate): string {
  const words: Record<typeof kind, string> = { comment: t("Comment"), update: t("Edit"), create: t("New issue") };
  return words[kind];
}

function statusWord({ status }: PanelWrite, t: Translate): string {
  const words: Record<PanelWrite["status"], string> = {
    queued: t("Queued"),
    sending: t("Sending…"),
    conflict: t("Conflict"),
    failed: t("Failed"),
    sent: t("Sent"),
    withdrawn: t("Withdrawn"),
  };
  return words[status];
}

/** What a write says besides the body, in words. */
function facts({ write }: PanelWrite, t: Translate): string[] {
  if (write.kind === "comment") return [];
  if (write.kind === "create") {
    // Its title is the page's.
    return write.labels.length === 0 ? [] : [`${t("Labels")}: ${write.labels.join(", ")}`];
  }
  const { title, status, rawStatus, labels, assignees } = write;
  const change = (name: string, list: { add: string[]; remove: string[] } | undefined): string[] =>
    list === undefined
      ? []
      : [`${name}: ${[...list.add.map((item) => `+ ${item}`), ...list.remove.map((item) => `− ${item}`)].join(", ")}`];
  return [
    ...(title === undefined ? [] : [`${t("Title")}: ${title}`]),
    ...(status === undefined && rawStatus === undefined ? [] : [`${t("State")}: ${rawStatus ?? status ?? ""}`]),
    ...change(t("Labels"), labels),
    ...change(t("Assignees"), assignees),
  ];
}
