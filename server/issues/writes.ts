import type { Issue, IssueComment, IssueWithComments } from "../../shared/entities/issue.ts";
import type { OutboxItem } from "../../shared/entities/outbox.ts";
import type { Project, ProjectLink } from "../../shared/entities/project.ts";
import { AppError } from "../../shared/errors.ts";
import { editOf, sameWords, type AskedEdit } from "../outbox/merge.ts";
import type { OutboxBase } from "../outbox/records.ts";
import type { NewWrite, OutboxService } from "../outbox/service.ts";
import { verdictOf } from "../outbox/verdict.ts";
import type { ProjectService } from "../projects/service.ts";
import type { IssueDraft, TrackerAbilities } from "../providers/tracker.ts";
import { chosenLink, type Trackers } from "./trackers.ts";

export interface IssueWriteOptions {
  issues: { get(id: string): IssueWithComments };
  projects: ProjectService;
  outbox: OutboxService;
  trackers: Trackers;
}

/** The tracker has it, or the outbox will send it. */
export type Written<T> = { arrived: T } | { outbox: OutboxItem };

/** Who writes, and whether they still listen: what fails after they left stays in their outbox. */
export interface Writer {
  userId: string;
  signal: AbortSignal | undefined;
}

/** How long a person waits, in milliseconds, before a write is left to the outbox. */
const patience = 10_000;

/** People's writes to issues: through the outbox, so that none is lost, with the tracker's answer where it comes soon. */
export class IssueWriteService {
  readonly #options: IssueWriteOptions;

  constructor(options: IssueWriteOptions) {
    this.#options = options;
  }

  /** @throws AppError conflict where the tracker or account can't, invalid_input, or what the tracker refuses */
  async create(
    projectId: string,
    { linkId, ...draft }: IssueDraft & { linkId?: string | undefined },
    writer: Writer,
  ): Promise<Written<Issue>> {
    const { projects, issues } = this.#options;
    const project = projects.get(projectId);
    const link = chosenLink(project, linkId);
    await this.#require(project.id, link, [
      ["create", true],
      ["label", draft.labels.length > 0],
      ["assign", draft.assignees.length > 0],
      ["severalAssignees", draft.assignees.length > 1],
    ]);
    const { title, body, labels, assignees } = draft;
    return this.#send(
      {
        ...placeOf(project, link, writer),
        issue: null,
        write: { kind: "create", title, body, labels: [...labels], assignees: [...assignees] },
        base: null,
        known: [],
      },
      writer,
      ({ issueId }) => issues.get(issueId ?? ""),
    );
  }

  /**
   * @param version what `If-Match` carried
   * @throws AppError stale_version, with both sides, where the issue is another one by now, here or at the tracker
   */
  async update(id: string, version: number | undefined, asked: AskedEdit, writer: Writer): Promise<Written<Issue>> {
    const { issues, outbox } = this.#options;
    const issue = issues.get(id);
    if (version !== undefined && version !== issue.version) throw stale(issue, version, asked);
    const { project, link } = this.#linkOf(issue);
    await this.#require(project.id, link, [
      ["edit", asked.title !== undefined || asked.body !== undefined],
      ["changeStatus", asked.status !== undefined || asked.rawStatus !== undefined],
      ["label", asked.labels !== undefined],
      ["assign", asked.assignees !== undefined],
      ["severalAssignees", (asked.assignees?.length ?? 0) > 1],
    ]);
    const base = baseOf(issue, outbox.pending(id, writer.userId));
    const edit = editOf(asked, base);
    if (Object.keys(edit).length === 0) return { arrived: issue };
    return this.#send(
      { ...placeOf(project, link, writer), issue, write: { kind: "update", ...edit }, base, known: [] },
      writer,
      () => issues.get(id),
    );
  }

  /** @throws AppError conflict where the tracker or account can't, or what the tracker refuses */
  async comment(id: string, body: string, writer: Writer): Promise<Written<IssueComment>> {
    const { issues } = this.#options;
    const issue = issues.get(id);
    const { project, link } = this.#linkOf(issue);
    await this.#require(project.id, link, [["comment", true]]);
    const known = issue.comments.filter((comment) => sameWords(comment.body, body)).map((comment) => comment.id);
    return this.#send(
      { ...placeOf(project, link, writer), issue, write: { kind: "comment", body }, base: null, known },
      writer,
      ({ resultId }) => {
        const made = issues.get(id).comments.find((comment) => comment.id === resultId);
        if (made === undefined) throw new AppError("not_found", "The comment was made, but is gone again.");
        return made;
      },
    );
  }

  async #send<T>(
    write: NewWrite,
    { signal }: Writer,
    made: (record: { issueId: string | null; resultId: string | null }) => T,
  ): Promise<Written<T>> {
    const { outbox } = this.#options;
    const { record, attempt } = await outbox.add(write, patience);
    if (record.status === "sent") return { arrived: made(record) };
    const refusal = attempt?.later === false ? attempt.error : null;
    if (refusal === null || refusal === undefined || signal?.aborted === true) return { outbox: outbox.get(record.id) };
    // The person is told at once and has what they wrote before them: nothing is left to be kept.
    await outbox.remove(record.id, record.version);
    throw refusal;
  }

  #linkOf(issue: Issue): { project: Project; link: ProjectLink } {
    const project = this.#options.projects.get(issue.projectId);
    const link = project.links.find(({ id }) => id === issue.linkId);
    if (link === undefined) throw new AppError("conflict", "The project's link to this issue's tracker was removed.");
    if (issue.gone === true) {
      throw new AppError("conflict", `The tracker has ${issue.key} no more: it was deleted or moved.`);
    }
    return { project, link };
  }

  async #require(
    projectId: string,
    link: ProjectLink,
    needs: readonly (readonly [keyof TrackerAbilities, boolean])[],
  ): Promise<void> {
    const can = await this.#abilities(projectId, link.id);
    const missing = needs.find(([ability, needed]) => needed && !can[ability])?.[0];
    if (missing !== undefined) throw new AppError("conflict", `${link.externalProject}: ${refusals[missing]}`);
  }

  /** Out of reach, a tracker is believed to do everything: it will say itself, when the outbox is sent. */
  async #abilities(projectId: string, linkId: string): Promise<TrackerAbilities> {
    try {
      return await this.#options.trackers.abilities(projectId, linkId);
    } catch (error) {
      if (error instanceof AppError && verdictOf(error).retry) return everything;
      throw error;
    }
  }
}

const everything: TrackerAbilities = {
  create: true,
  edit: true,
  comment: true,
  changeStatus: true,
  label: true,
  assign: true,
  severalAssignees: true,
};

const account = "The connection's account may not";
const refusals: Record<keyof TrackerAbilities, string> = {
  create: `${account} create issues. Give its token that right, or choose another connection.`,
  edit: `${account} edit issues. Give its token that right.`,
  comment: `${account} comment. Give its token that right.`,
  changeStatus: `${account} close or reopen issues. Give its token that right.`,
  label: `${account} set labels. Give its token that right.`,
  assign: `${account} assign people. Give its token that right.`,
  severalAssignees: "This tracker has one assignee for an issue. Choose one.",
};

function placeOf(project: Project, link: ProjectLink, { userId }: Writer) {
  return {
    tenantId: project.tenantId,
    projectId: project.id,
    linkId: link.id,
    connectionId: link.connectionId,
    userId,
  };
}

/** What an edit begins from: the issue as it is here, with what the same person wrote before and is still on its way. */
function baseOf(issue: Issue, pending: readonly OutboxItem[]): OutboxBase {
  const { labels, assignees } = issue;
  let { title, body } = issue;
  for (const { write } of pending) {
    if (write.kind !== "update") continue;
    title = write.title ?? title;
    body = write.body ?? body;
  }
  return { title, body, labels, assignees };
}

function stale(issue: Issue, version: number, asked: AskedEdit): AppError {
  const { title, body, status, rawStatus, labels, assignees } = issue;
  return new AppError(
    "stale_version",
    `${issue.key} was changed meanwhile (version ${issue.version}, not ${version}). Compare yours with what it is now.`,
    {
      data: {
        currentVersion: issue.version,
        mine: asked,
        theirs: { title, body, status, rawStatus, labels, assignees },
      },
    },
  );
}
