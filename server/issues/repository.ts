import { isoTime, type Clock } from "../../shared/clock.ts";
import type { Page } from "../../shared/entities/common.ts";
import type { IssueGrouping } from "../../shared/entities/filter.ts";
import type {
  Issue,
  IssueComment,
  IssueStatus,
  IssueWithComments,
  ProviderPerson,
} from "../../shared/entities/issue.ts";
import { newId } from "../ids.ts";
import type { IssueChoices } from "../providers/tracker.ts";
import { atMost, type Database, type SqlParameters } from "../storage/database.ts";
import { IssueListing, type IssueGroup, type IssuePageQuery, type IssueQuery } from "./listing.ts";
import {
  digestOf,
  issueColumns,
  storedTime,
  toColumns,
  toComment,
  toIssue,
  type CommentRow,
  type FetchedIssue,
  type IssueColumns,
  type IssueOrigin,
  type IssueRow,
} from "./records.ts";
import { IssueSearchIndex } from "./search-index.ts";
import { insertIssue, isNews, restatedRows, updateIssue, type Known, type RestatedRow } from "./statements.ts";

/** What a batch did. */
export interface UpsertResult {
  created: string[];
  changed: string[];
  unchanged: number;
}

/** A stored issue, as far as its tracker has to be asked about it. */
export interface StoredRef {
  id: string;
  key: string;
  externalId: string;
}

/** A stored issue's texts. */
export interface StoredText extends StoredRef {
  title: string;
  body: string;
  createdAt: string;
}

/** Issues with their comments and full text, in SQLite. */
export class IssueRepository {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #listing: IssueListing;
  readonly #search: IssueSearchIndex;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#listing = new IssueListing(database);
    this.#search = new IssueSearchIndex(database);
  }

  /**
   * Fills the full text index where a change of the schema emptied it: about ten seconds for 100,000 issues, once.
   * Answers how many issues were indexed.
   */
  fillSearchIndex(): number {
    if (!this.#search.isEmptied) return 0;
    return this.#database.transaction(() => {
      const rows = this.#database
        .prepare<{ id: string; search_id: number }>("SELECT id, search_id FROM issues ORDER BY search_id")
        .all();
      for (const { id, search_id: searchId } of rows) this.#reindex(id, searchId);
      return rows.length;
    });
  }

  /** A page of the issues that match. @throws AppError invalid_input for a cursor of another list */
  page(query: IssuePageQuery): Page<Issue> {
    return this.#listing.page(query);
  }

  /** The same page as JSON in UTF-8. @throws AppError invalid_input for a cursor of another list */
  pageJson(query: IssuePageQuery): Uint8Array {
    return this.#listing.pageJson(query);
  }

  /** How many issues match, for each value of a field. */
  groups(query: IssueQuery, by: IssueGrouping): IssueGroup[] {
    return this.#listing.groups(query, by);
  }

  find(id: string): Issue | undefined {
    const row = this.#database.prepare<IssueRow>(`SELECT ${issueColumns} FROM issues WHERE id = :id`).get({ id });
    return row === undefined ? undefined : toIssue(row);
  }

  /** One issue with its comments, oldest first. */
  get(id: string): IssueWithComments | undefined {
    const issue = this.find(id);
    if (issue === undefined) return undefined;
    const comments = this.#database
      .prepare<CommentRow>(
        `SELECT c.* FROM issue_comments AS c JOIN issues AS i ON i.row_id = c.issue WHERE i.id = :id ORDER BY position`,
      )
      .all({ id });
    return { ...issue, comments: comments.map(toComment) };
  }

  /**
   * Stores what a provider gave, in one transaction: all of it or nothing. It outlives this process; a power cut only
   * once a later change is durable, as the position is that a sync saves after its last batch: what such a cut takes is
   * fetched again. An issue is recognised by link and external id and keeps its id; one that is as it was only counts as
   * seen.
   */
  upsertBatch(origin: IssueOrigin, fetched: readonly FetchedIssue[]): UpsertResult {
    const result: UpsertResult = { created: [], changed: [], unchanged: 0 };
    // A provider may give an issue twice, when it changes while its pages are read; the later one counts.
    const latest = new Map(fetched.map((issue) => [issue.externalId, issue]));
    this.#database.repeatableTransaction(() => {
      const toIndex: { searchId: number; issue: FetchedIssue }[] = [];
      for (const issue of latest.values()) {
        const columns = toColumns(issue);
        const digest = digestOf(columns, issue.comments, origin);
        const known = this.#known(origin.linkId, issue.externalId);
        if (known !== undefined && !isNews(known, digest, issue.status, columns.updatedAt, origin)) {
          this.#markSeen(known.row_id, origin.syncId);
          result.unchanged++;
          continue;
        }
        if (known !== undefined) this.#search.remove(known.search_id);
        const searchId = this.#search.freeRow(columns.updatedAt);
        const id = this.#store(origin, issue, known, { ...columns, digest, searchId });
        toIndex.push({ searchId, issue });
        (known === undefined ? result.created : result.changed).push(id);
      }
      // In rising order, else FTS5 writes a segment for each.
      toIndex.sort((one, other) => one.searchId - other.searchId);
      for (const { searchId, issue } of toIndex) this.#search.add(origin, searchId, issue);
    });
    return result;
  }

  /** Whether storing these would change anything. */
  hasNews(origin: IssueOrigin, fetched: readonly FetchedIssue[]): boolean {
    return fetched.some((issue) => {
      const known = this.#known(origin.linkId, issue.externalId);
      if (known === undefined) return true;
      const columns = toColumns(issue);
      return isNews(known, digestOf(columns, issue.comments, origin), issue.status, columns.updatedAt, origin);
    });
  }

  /**
   * Gives the issues of a link the status they have by another rule, a bounded number at a time, in one transaction.
   * @param after where the last call ended; empty at the start
   * @param forMs milliseconds after which it ends early, with one issue at least: a long one takes many to index
   * @returns where the next call goes on, null where that was the last
   */
  restate(
    linkId: string,
    after: string,
    statusOf: (issue: { rawStatus: string; category: IssueStatus | null }) => IssueStatus,
    forMs = Number.POSITIVE_INFINITY,
  ): { changed: number; next: string | null } {
    const limit = 200;
    return this.#database.transaction(() => {
      const rows = this.#database.prepare<RestatedRow>(restatedRows).all({ linkId, after, limit });
      const endsAt = performance.now() + forMs;
      let changed = 0;
      for (const row of rows) {
        const status = statusOf({ rawStatus: row.raw_status, category: row.category });
        if (status === row.status) continue;
        this.#database
          .prepare("UPDATE issues SET status = :status, version = version + 1 WHERE row_id = :rowId")
          .run({ status, rowId: row.row_id });
        this.#reindex(row.id, row.search_id);
        changed++;
        if (performance.now() >= endsAt) return { changed, next: row.external_id };
      }
      return { changed, next: rows.length < limit ? null : (rows.at(-1)?.external_id ?? null) };
    });
  }

  /** The issue of a link that has this id at the tracker. */
  findByExternalId(linkId: string, externalId: string): StoredRef | undefined {
    return this.#database
      .prepare<StoredRef>(
        `SELECT id, key, external_id AS externalId FROM issues WHERE link_id = :linkId AND external_id = :externalId`,
      )
      .get({ linkId, externalId });
  }

  /** The issues of a link that were made at or after a time, by the tracker's clock. */
  madeSince({ linkId, projectId, since }: { linkId: string; projectId: string; since: string }): StoredText[] {
    return this.#database
      .prepare<StoredText>(
        `SELECT i.id, key, external_id AS externalId, title, body, created_at AS createdAt
         FROM (SELECT DISTINCT provider, status FROM issue_counts WHERE project_id = :projectId) AS stream
         JOIN issues AS i INDEXED BY issues_created ON i.project_id = :projectId AND i.provider = stream.provider
           AND i.status = stream.status AND i.created_at >= :since
         WHERE link_id = :linkId`,
      )
      .all({ linkId, projectId, since });
  }

  /**
   * Adds a comment that was just made to an issue; nothing where the issue is gone or has the comment already. The next
   * sync stores the issue anew, with whatever else the comment changed.
   */
  addComment(issueId: string, comment: IssueComment): void {
    this.#database.transaction(() => {
      const row = this.#database
        .prepare<{ row_id: number; search_id: number; position: number; present: number }>(
          `SELECT row_id, search_id, ifnull(max(position) + 1, 0) AS position, ifnull(max(c.id = :commentId), 0) AS present
           FROM issues AS i LEFT JOIN issue_comments AS c ON c.issue = i.row_id WHERE i.id = :issueId GROUP BY row_id`,
        )
        .get({ issueId, commentId: comment.id });
      if (row === undefined || row.present === 1) return;
      this.#storeComments(row.row_id, [comment], row.position);
      this.#database
        .prepare(
          `UPDATE issues SET comment_count = comment_count + 1, version = version + 1, digest = '', synced_at = :now
           WHERE row_id = :rowId`,
        )
        .run({ rowId: row.row_id, now: isoTime(this.#clock) });
      this.#reindex(issueId, row.search_id);
    });
  }

  /** The labels, people and states that the stored issues of a link have. */
  choices(projectId: string, linkId: string): IssueChoices {
    const place = { projectId, linkId };
    const values = (column: "labels" | "assignees") =>
      `SELECT DISTINCT value FROM issues, json_each(${column}) WHERE project_id = :projectId AND link_id = :linkId
       ORDER BY value`;
    const labels = this.#database.prepare<{ value: string }>(values("labels")).all(place);
    const people = this.#database.prepare<{ value: string }>(values("assignees")).all(place);
    const statuses = this.#database
      .prepare<{ name: string; status: IssueStatus }>(
        `SELECT DISTINCT raw_status AS name, status FROM issues WHERE project_id = :projectId AND link_id = :linkId
         ORDER BY name, status`,
      )
      .all(place);
    return {
      labels: labels.map(({ value }) => value),
      // Written by `toColumns`.
      assignees: people.map(({ value }) => JSON.parse(value) as ProviderPerson),
      statuses: statuses.map(({ name, status }) => ({ name, status })),
    };
  }

  /** The issues of a link in the order of their ids at the tracker, a page at a time. */
  refs(linkId: string, after: string, limit: number): StoredRef[] {
    return this.#database
      .prepare<StoredRef>(
        `SELECT id, key, external_id AS externalId FROM issues WHERE link_id = :linkId AND external_id > :after
         ORDER BY external_id LIMIT ${atMost}`,
      )
      .all({ linkId, after, limit });
  }

  /** The issues of a link that the sync run did not see. */
  unseen(linkId: string, syncId: string): StoredRef[] {
    return this.#database
      .prepare<StoredRef>(
        "SELECT id, key, external_id AS externalId FROM issues WHERE link_id = :linkId AND seen_sync <> :syncId",
      )
      .all({ linkId, syncId });
  }

  /** Takes away issues of a link by the tracker's ids, all or none. Answers their ids. */
  removeIssues(linkId: string, externalIds: readonly string[]): string[] {
    return this.#database.transaction(() =>
      externalIds.flatMap((externalId) =>
        this.#remove("link_id = :place AND external_id = :externalId", linkId, { externalId }),
      ),
    );
  }

  /** How many of these issues of a link are marked as gone. */
  areGone(linkId: string, externalIds: readonly string[]): number {
    const gone = this.#database.prepare<{ n: number }>(
      `SELECT count(*) AS n FROM issues WHERE link_id = :linkId AND gone = 1
         AND external_id IN (SELECT value FROM json_each(:externalIds))`,
    );
    return gone.get({ linkId, externalIds: JSON.stringify(externalIds) })?.n ?? 0;
  }

  /** Marks issues of a link as gone at the tracker. Answers the ids of those that were not marked before. */
  markGone(linkId: string, externalIds: readonly string[]): string[] {
    const mark = this.#database.prepare<{ id: string }>(
      `UPDATE issues SET gone = 1, version = version + 1
       WHERE link_id = :linkId AND external_id = :externalId AND gone = 0 RETURNING id`,
    );
    return this.#database.transaction(() =>
      externalIds.flatMap((externalId) => mark.all({ linkId, externalId }).map(({ id }) => id)),
    );
  }

  /** Takes away everything that came over a link, and how far its sync had come. Answers the ids. */
  removeLink(linkId: string): string[] {
    return this.#database.transaction(() => {
      this.#database.prepare("DELETE FROM sync_state WHERE link_id = :linkId").run({ linkId });
      return this.#remove("link_id = :place", linkId);
    });
  }

  /** Takes away all issues of a project, and how far their sync had come. Answers the ids. */
  removeProject(projectId: string): string[] {
    return this.#database.transaction(() => {
      this.#database.prepare("DELETE FROM sync_state WHERE project_id = :projectId").run({ projectId });
      return this.#remove("project_id = :place", projectId);
    });
  }

  #known(linkId: string, externalId: string): Known | undefined {
    return this.#database
      .prepare<Known>(
        `SELECT row_id, id, digest, status, updated_at, synced_at, gone, search_id FROM issues
         WHERE link_id = :linkId AND external_id = :externalId`,
      )
      .get({ linkId, externalId });
  }

  #markSeen(rowId: number, syncId: string): void {
    this.#database
      .prepare("UPDATE issues SET seen_sync = :syncId, synced_at = :now WHERE row_id = :rowId")
      .run({ rowId, syncId, now: isoTime(this.#clock) });
  }

  #store(
    origin: IssueOrigin,
    issue: FetchedIssue,
    known: Known | undefined,
    columns: IssueColumns & { digest: string; searchId: number },
  ): string {
    const content = { ...columns, syncedAt: isoTime(this.#clock), syncId: origin.syncId };
    if (known !== undefined) {
      this.#database.prepare(updateIssue).run({ ...content, rowId: known.row_id });
      this.#database.prepare("DELETE FROM issue_comments WHERE issue = :rowId").run({ rowId: known.row_id });
      this.#storeComments(known.row_id, issue.comments);
      return known.id;
    }
    const { tenantId, projectId, linkId, provider } = origin;
    const id = newId();
    const place = { id, tenantId, projectId, linkId, provider, externalId: issue.externalId };
    const inserted = this.#database.prepare<{ row_id: number }>(insertIssue).get({ ...content, ...place });
    if (inserted !== undefined) this.#storeComments(inserted.row_id, issue.comments);
    return id;
  }

  #storeComments(rowId: number, comments: readonly IssueComment[], from = 0): void {
    const insert = this.#database.prepare(
      `INSERT INTO issue_comments VALUES
         (:rowId, :position, :id, :author, :body, :createdAt, :updatedAt, :fromCollaborator)`,
    );
    comments.forEach(({ id, author, body, createdAt, updatedAt, fromCollaborator }, index) => {
      insert.run({
        rowId,
        position: from + index,
        id,
        author: JSON.stringify({ id: author.id, name: author.name }),
        body,
        createdAt: storedTime(createdAt),
        updatedAt: storedTime(updatedAt),
        fromCollaborator: fromCollaborator ? 1 : 0,
      });
    });
  }

  /** Writes the row of an issue in the full text index anew. */
  #reindex(id: string, searchId: number): void {
    const issue = this.get(id);
    if (issue === undefined) return;
    this.#search.remove(searchId);
    this.#search.add(issue, searchId, issue);
  }

  #remove(condition: string, place: string, more: SqlParameters = {}): string[] {
    return this.#database.transaction(() => {
      const parameters: SqlParameters = { place, ...more };
      const gone = this.#database
        .prepare<Known>(`SELECT row_id, id, search_id FROM issues WHERE ${condition}`)
        .all(parameters);
      for (const { search_id: searchId } of gone) this.#search.remove(searchId);
      this.#database.prepare(`DELETE FROM issues WHERE ${condition}`).run(parameters);
      return gone.map(({ id }) => id);
    });
  }
}
