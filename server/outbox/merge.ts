import type { IssueEdit, ListChange, OutboxConflict, OutboxWrite } from "../../shared/entities/outbox.ts";
import type { IssueStatus, ProviderPerson } from "../../shared/entities/issue.ts";
import type { OutboxBase } from "./records.ts";

/** An edit as people ask for it: lists are given whole. */
export interface AskedEdit {
  title?: string | undefined;
  body?: string | undefined;
  status?: IssueStatus | undefined;
  rawStatus?: string | undefined;
  labels?: readonly string[] | undefined;
  assignees?: readonly string[] | undefined;
}

/** What the tracker has of an issue now. */
export interface PresentIssue extends OutboxBase {
  status: IssueStatus;
  rawStatus: string;
}

/** Texts alike but for line ends and trailing white space, which trackers change at will. */
export function sameText(one: string, other: string): boolean {
  return tidy(one) === tidy(other);
}

/**
 * Whether a tracker's text is what was sent, after whatever it does to markdown on the way in and out: letters and digits
 * count, and where there are none, everything but white space.
 */
export function sameWords(one: string, other: string): boolean {
  return wordsOf(one) === wordsOf(other);
}

function tidy(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(/[^\S\n]+$/gmu, "")
    .trim();
}

function wordsOf(text: string): string {
  const letters = text.normalize("NFKC").replace(/[^\p{L}\p{M}\p{N}]+/gu, "");
  return letters === "" ? text.replace(/\s+/gu, "") : letters;
}

/** What an edit changes of its base: texts that are as they were are left out, lists become additions and removals. */
export function editOf(asked: AskedEdit, base: OutboxBase): IssueEdit {
  const labels = asked.labels === undefined ? undefined : listChange(asked.labels, base.labels.map(asPerson));
  const assignees = asked.assignees === undefined ? undefined : listChange(asked.assignees, base.assignees);
  return {
    ...(asked.title !== undefined && asked.title !== base.title && { title: asked.title }),
    ...(asked.body !== undefined && !sameText(asked.body, base.body) && { body: asked.body }),
    ...(asked.status !== undefined && { status: asked.status }),
    ...(asked.rawStatus !== undefined && { rawStatus: asked.rawStatus }),
    ...(labels !== undefined && { labels }),
    ...(assignees !== undefined && { assignees }),
  };
}

/** Undefined where both are the same. Names may stand for ids: trackers differ in which of the two they take. */
function listChange(wanted: readonly string[], before: readonly ProviderPerson[]): ListChange | undefined {
  const add = wanted.filter((value) => !before.some((person) => isNamed(person, value)));
  const remove = before.filter((person) => !wanted.some((value) => isNamed(person, value))).map(({ id }) => id);
  return add.length + remove.length === 0 ? undefined : { add, remove };
}

function asPerson(label: string): ProviderPerson {
  return { id: label, name: label };
}

/** Whether a value names this person (or label), by id or by name. */
export function isNamed({ id, name }: ProviderPerson, value: string): boolean {
  const wanted = value.toLowerCase();
  return id.toLowerCase() === wanted || name.toLowerCase() === wanted;
}

/**
 * What of an edit is still to be sent, given what the tracker has: texts that are as wanted are done, and so is a status.
 * Lists are merged with what others added and removed meanwhile; `assignees` are those that stay, and who joins.
 */
export function remainingOf(edit: IssueEdit, present: PresentIssue) {
  const { title, body, status, rawStatus, labels, assignees } = edit;
  const statusDone =
    (status === undefined || status === present.status) && (rawStatus === undefined || rawStatus === present.rawStatus);
  const mergedLabels = labels && merged(labels, present.labels.map(asPerson));
  const mergedPeople = assignees && merged(assignees, present.assignees);
  return {
    ...(title !== undefined && title !== present.title && { title }),
    ...(body !== undefined && !sameText(body, present.body) && { body }),
    ...(!statusDone && { status, rawStatus }),
    ...(mergedLabels?.changed === true && { labels: [...mergedLabels.stay.map(({ id }) => id), ...mergedLabels.join] }),
    ...(mergedPeople?.changed === true && { assignees: { stay: mergedPeople.stay, join: mergedPeople.join } }),
  };
}

function merged({ add, remove }: ListChange, present: readonly ProviderPerson[]) {
  const stay = present.filter((person) => !remove.some((value) => isNamed(person, value)));
  const join = add.filter((value) => !stay.some((person) => isNamed(person, value)));
  return { stay, join, changed: stay.length < present.length || join.length > 0 };
}

/**
 * The texts that both sides changed; null where nobody else did. What the tracker has counts as unchanged where it is the
 * base, or what this very edit may have made of it already.
 */
export function conflictOf(
  edit: IssueEdit,
  base: OutboxBase,
  present: PresentIssue,
  attempted: OutboxWrite | null,
): OutboxConflict | null {
  const sent: { title?: string | undefined; body?: string | undefined } = attempted?.kind === "update" ? attempted : {};
  const mine: OutboxConflict["mine"] = {};
  const theirs: OutboxConflict["theirs"] = {};
  const before: OutboxConflict["base"] = {};
  for (const field of ["title", "body"] as const) {
    const wanted = edit[field];
    if (wanted === undefined || sameText(present[field], base[field]) || sameText(present[field], wanted)) continue;
    const tried = sent[field];
    if (tried !== undefined && sameWords(present[field], tried)) continue;
    mine[field] = wanted;
    theirs[field] = present[field];
    before[field] = base[field];
  }
  return Object.keys(mine).length === 0 ? null : { mine, theirs, base: before };
}
