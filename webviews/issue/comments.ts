import type { IssueComment } from "../../shared/entities/issue.ts";
import { element } from "../ui/dom.ts";
import { arrangeChildren } from "../ui/keyed-list.ts";
import { richText } from "../ui/rich-text.ts";
import type { PanelContext } from "./context.ts";
import { initials } from "./facts.ts";
import { plainLine } from "../ui/plain-line.ts";

const firstShown = 30;
const olderAtOnce = 50;

export interface Comments {
  element: HTMLElement;
  /** How many are shown, to be kept for a reload. */
  shown: () => number;
  /** `base` is what relative addresses are relative to. */
  update(comments: IssueComment[], base: string): void;
}

interface Rendered {
  comment: IssueComment;
  article: HTMLElement;
}

/**
 * The newest comments, older ones on request. What is shown stays as it is when the issue is shown anew, so a reader
 * keeps the place, the selection and the focus.
 */
export function createComments(context: PanelContext, shownBefore: number, onShown: () => void): Comments {
  const { locale, notices } = context;
  const { t } = locale;
  const count = element("span", { class: "count" });
  const heading = element("h2", { attributes: { id: "comments-heading", tabindex: "-1" } }, t("Comments"), " ", count);
  const older = element("vscode-button", {
    attributes: { appearance: "secondary" },
    onClick: () => showOlder(olderAtOnce),
  });
  const all = element("vscode-button", {
    attributes: { appearance: "secondary" },
    onClick: () => showOlder(Infinity),
  });
  const more = element("div", { class: "older" }, older, all);
  const list = element("div", { class: "comment-list" });
  let rendered = new Map<string, Rendered>();
  let comments: IssueComment[] = [];
  let base = "";
  let shown = Math.max(firstShown, shownBefore);

  function show(): void {
    const visible = comments.slice(-shown);
    const kept = new Map<string, Rendered>();
    for (const comment of visible) kept.set(comment.id, keepOrRender(comment));
    arrangeChildren(
      list,
      Array.from(kept.values(), ({ article }) => article),
    );
    rendered = kept;
    list.classList.toggle("long", visible.length > 100);
    const hidden = comments.length - visible.length;
    count.textContent = locale.number(comments.length);
    count.hidden = comments.length === 0;
    older.textContent = t("Show {0} older comments", locale.number(Math.min(hidden, olderAtOnce)));
    older.hidden = hidden === 0;
    all.textContent = t("Show all {0}", locale.number(comments.length));
    all.hidden = hidden <= olderAtOnce;
    more.hidden = hidden === 0;
    empty.hidden = comments.length > 0;
  }
  const empty = element("p", { class: "none" }, t("No comments."));

  function keepOrRender(comment: IssueComment): Rendered {
    const before = rendered.get(comment.id);
    if (before && before.comment.body === comment.body && before.comment.updatedAt === comment.updatedAt) return before;
    return { comment, article: commentArticle(comment, base, context) };
  }

  function showOlder(count: number): void {
    const before = Math.min(shown, comments.length);
    shown = Math.min(comments.length, shown + count);
    show();
    onShown();
    notices.announce(t("{0} older comments shown", locale.number(shown - before)));
    if (more.hidden) heading.focus({ preventScroll: true });
  }

  return {
    element: element(
      "section",
      { class: "comments", attributes: { "aria-labelledby": heading.id } },
      heading,
      more,
      empty,
      list,
    ),
    shown: () => shown,
    update: (next, nextBase) => {
      const known = new Set(comments.map(({ id }) => id));
      const added = known.size === 0 ? 0 : next.filter(({ id }) => !known.has(id)).length;
      comments = next;
      base = nextBase;
      shown += added;
      show();
      if (added > 0) notices.announce(added === 1 ? t("1 new comment") : t("{0} new comments", locale.number(added)));
    },
  };
}

function commentArticle(comment: IssueComment, base: string, context: PanelContext): HTMLElement {
  const { locale } = context;
  const name = plainLine(comment.author.name);
  const byline = element(
    "h3",
    { class: "byline" },
    initials(name),
    element("strong", {}, element("bdi", {}, name)),
    element("span", { class: "when" }, `${locale.t("commented")} `, locale.time(comment.createdAt)),
    comment.updatedAt > comment.createdAt
      ? element("span", { class: "when" }, `${locale.t("edited")} `, locale.time(comment.updatedAt))
      : null,
    comment.fromCollaborator ? element("span", { class: "chip" }, locale.t("Collaborator")) : null,
  );
  const body = richText({ source: comment.body, base, headingLevel: 4 }, context);
  return element("article", { class: "comment" }, byline, body);
}
