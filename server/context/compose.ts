import { AppError } from "../../shared/errors.ts";
import { neutraliseText } from "../../shared/rules/untrusted-text.ts";
import { cutToBytes, utf8Bytes } from "./bytes.ts";
import { issueFacts, sectionComments, type ContextSource } from "./issue-facts.ts";
import {
  commentBytes,
  parseIssueSection,
  readNotes,
  renderIssueSection,
  sectionFence,
  textOf,
  type IssueSection,
  type SectionComment,
} from "./issue-section.ts";
import {
  baseEnd,
  baseStart,
  contextFileName,
  findSections,
  lineEnding,
  placeSections,
  prepareBase,
  removeSections,
  type BaseText,
} from "./markers.ts";

/** Codex reads no more than this of all project documents together (`project_doc_max_bytes`). */
export const contextBudget = 32 * 1024;

export interface ComposeOptions {
  /** Bytes of UTF-8 the whole file must stay within; {@link contextBudget} unless told. */
  budget?: number;
}

export interface WriteInput extends ContextSource, ComposeOptions {
  /** AGENTS.override.md as it is; undefined where there is none. */
  existing: string | undefined;
  /** AGENTS.md as it is; undefined where there is none. */
  base: string | undefined;
  /** Joins the notes already kept for the same issue. */
  notes?: string | undefined;
}

export interface AppendInput extends ComposeOptions {
  existing: string | undefined;
  base: string | undefined;
  /** Where given, the section must be of this issue. */
  issueId?: string | undefined;
  notes: string;
}

export interface Composed {
  text: string;
  bytes: number;
  budget: number;
  /** What was cut, in words; empty where all is in. */
  truncated: string[];
}

/**
 * The new text of AGENTS.override.md: both sections renewed, the person's own text byte for byte as it was.
 * @throws AppError `conflict` for broken markers; `too_large` where the person's own text leaves no room.
 */
export function composeContext(input: WriteInput): Composed {
  const budget = input.budget ?? contextBudget;
  const existing = input.existing ?? "";
  const found = findSections(existing).issue;
  const kept = found ? readNotes(existing.slice(found.start, found.end)) : null;
  const same = kept?.issueId === input.issue.id;
  const comments = sectionComments(input, budget);
  const section: IssueSection = {
    issueId: input.issue.id,
    facts: issueFacts(input),
    body: textOf(neutraliseText(input.issue.body).trim()),
    ...comments,
    notes: joinNotes(same ? kept.notes : "", input.notes ?? ""),
  };
  const dropped = kept && !same && kept.notes !== "" ? [`the notes kept for issue ${kept.issueId}`] : [];
  return fit({ existing, base: input.base ?? "", section, budget, dropped });
}

/**
 * Adds notes to the section that stands in the file, and renews the base section.
 * @throws AppError as {@link composeContext}; `conflict` where no section stands there, or one of another issue.
 */
export function appendNotes(input: AppendInput): Composed {
  const existing = input.existing ?? "";
  const found = findSections(existing).issue;
  if (!found) {
    throw new AppError(
      "conflict",
      `There is no issue section in ${contextFileName} to add notes to. Write the context of an issue first.`,
    );
  }
  const section = parseIssueSection(existing.slice(found.start, found.end));
  if (input.issueId !== undefined && input.issueId !== section.issueId) {
    throw new AppError(
      "conflict",
      `${contextFileName} holds the context of issue ${section.issueId}, not of ${input.issueId}. ` +
        "Write the context of that issue first; notes of the other one are not kept.",
    );
  }
  section.notes = joinNotes(section.notes, input.notes);
  return fit({ existing, base: input.base ?? "", section, budget: input.budget ?? contextBudget, dropped: [] });
}

/** The file without our sections; `empty` where nothing of the person's is left and the file should go. */
export function clearContext(existing: string): { text: string; empty: boolean } {
  const text = removeSections(existing);
  return { text, empty: text.replace("\uFEFF", "").trim() === "" };
}

function joinNotes(earlier: string, added: string): string {
  const harmless = neutraliseText(added).trim();
  if (harmless === "" || `\n\n${earlier}\n\n`.includes(`\n\n${harmless}\n\n`)) return earlier;
  return earlier === "" ? harmless : `${earlier}\n\n${harmless}`;
}

interface Draft {
  existing: string;
  base: string;
  section: IssueSection;
  budget: number;
  /** What else is lost, in words. */
  dropped: string[];
}

// Digits by which a notice may grow when the number of bytes that are kept is filled in, and a line ending or two.
const noticeSlack = 16;

/** Cuts in the order of the specification: oldest comments, end of the body, end of the base. */
function fit(draft: Draft): Composed {
  const { existing, section, budget } = draft;
  const eol = lineEnding(existing, draft.base);
  const fence = sectionFence(section);
  const base = prepareBase(draft.base);
  const render = (shown: IssueSection, kept: CutBase): string =>
    place(existing, kept, renderIssueSection(shown, eol, fence), eol);
  const room = (shown: IssueSection, kept: CutBase): number => budget - utf8Bytes(render(shown, kept)) - noticeSlack;
  const done = (shown: IssueSection, kept: CutBase): Composed => {
    const text = render(shown, kept);
    return { text, bytes: utf8Bytes(text), budget, truncated: [...whatWasCut(shown, kept), ...draft.dropped] };
  };

  const wholeBase = cutBase(base, Number.POSITIVE_INFINITY);
  if (utf8Bytes(render(section, wholeBase)) <= budget) return done(section, wholeBase);

  const noComments = { ...section, comments: [] };
  const forComments = room(noComments, wholeBase);
  if (forComments >= 0) {
    const comments = newestWithin(section, forComments, eol, fence);
    return done({ ...section, comments }, wholeBase);
  }
  const noBody = { ...noComments, body: { ...section.body, text: "" } };
  const forBody = room(noBody, wholeBase);
  if (forBody >= 0) {
    // The two fences and the empty line that come with a body, and their line endings.
    const around = utf8Bytes(`${fence}text untrusted${fence}`) + 4 * eol.length;
    const body = { ...section.body, text: cutLines(section.body.text, forBody - around, eol) };
    return done({ ...noComments, body }, wholeBase);
  }
  const noBase = cutBase(base, 0);
  const forBase = room(noBody, noBase);
  if (forBase >= 0) return done(noBody, cutBase(base, forBase));
  throw tooLarge(draft, render(noBody, noBase));
}

/** As much of AGENTS.md as is copied. */
interface CutBase extends BaseText {
  kept: number;
  total: number;
}

function cutBase(base: BaseText, room: number): CutBase {
  const before = cutToBytes(base.before, room);
  const after = base.after === undefined ? undefined : cutToBytes(base.after, room - utf8Bytes(before));
  return {
    before,
    after,
    kept: utf8Bytes(before) + utf8Bytes(after ?? ""),
    total: utf8Bytes(base.before) + utf8Bytes(base.after ?? ""),
  };
}

function place(existing: string, base: CutBase, issue: string, eol: string): string {
  const copied = base.after === undefined ? base.before : endLine(base.before, eol) + issue + base.after;
  const cut = `_Cut: the first ${String(base.kept)} of ${String(base.total)} bytes of AGENTS.md; read the rest there._`;
  const inner = endLine(copied, eol) + (base.kept < base.total ? cut + eol : "");
  const section = `${baseStart}${eol}${inner}${baseEnd}`;
  return placeSections(existing, section, base.after === undefined ? issue : undefined, eol);
}

function endLine(text: string, eol: string): string {
  return text === "" || text.endsWith("\n") ? text : text + eol;
}

/** The newest comments that fit; of the oldest of them perhaps only the beginning. */
function newestWithin(section: IssueSection, room: number, eol: string, fence: string): SectionComment[] {
  const kept: SectionComment[] = [];
  let left = room;
  for (const comment of section.comments.toReversed()) {
    const bytes = commentBytes(section, comment, eol, fence);
    if (bytes > left) {
      const frame = commentBytes(section, { ...comment, text: "x" }, eol, fence);
      const text = cutLines(comment.text, left - frame - noticeSlack, eol);
      if (utf8Bytes(text) >= leastOfComment) kept.unshift({ ...comment, text });
      break;
    }
    kept.unshift(comment);
    left -= bytes;
  }
  return kept;
}

// Less of a comment than this says nothing.
const leastOfComment = 200;

/** As {@link cutToBytes} for text with `\n` that will be written with `eol`. */
function cutLines(text: string, room: number, eol: string): string {
  return cutToBytes(text.replaceAll("\n", eol), room).replaceAll("\r\n", "\n").replace(/\r$/, "");
}

function whatWasCut(section: IssueSection, base: CutBase): string[] {
  const cut: string[] = [];
  const leftOut = section.commentCount - section.comments.length;
  if (leftOut > 0) cut.push(`${String(leftOut)} of ${String(section.commentCount)} comments, the oldest`);
  for (const comment of section.comments) {
    if (utf8Bytes(comment.text) < comment.total) cut.push(`the end of comment ${String(comment.number)}`);
  }
  const body = utf8Bytes(section.body.text);
  if (body < section.body.total) {
    cut.push(`the description after ${String(body)} of ${String(section.body.total)} bytes`);
  }
  if (base.kept < base.total) {
    cut.push(`AGENTS.md after ${String(base.kept)} of ${String(base.total)} bytes`);
  }
  return cut;
}

function tooLarge(draft: Draft, smallest: string): AppError {
  const own = utf8Bytes(removeSections(draft.existing));
  const notes = utf8Bytes(draft.section.notes);
  return new AppError(
    "too_large",
    `Your own text in ${contextFileName} has ${String(own)} bytes and your notes ${String(notes)}; with the least the ` +
      `issue needs that is ${String(utf8Bytes(smallest))} bytes, over the budget of ${String(draft.budget)}. ` +
      "Your own text is never cut: shorten it and try again. Nothing was changed.",
    { data: { bytes: own, budget: draft.budget } },
  );
}
