import { isoTime, type Clock } from "../../shared/clock.ts";
import type { Page } from "../../shared/entities/common.ts";
import type { Issue, IssueWithComments } from "../../shared/entities/issue.ts";
import { newId } from "../ids.ts";
import type { Database, SqlParameters } from "../storage/database.ts";
import { IssueListing, type IssueGroup, type IssuePageQuery, type IssueQuery } from "./listing.ts";
import {
  digestOf,
  facetsOf,
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

/** What a batch did. */
export interface UpsertResult {
  created: string[];
  changed: string[];
  unchanged: number;
}

interface Known {
  row_id: number;
  id: string;
  digest: string;
  search_id: number;
}

/** Rows of the full text index for one millisecond of `updatedAt`; more than these spill into the next. */
const rowsPerMillisecond = 1_024;
/** Row numbers stay within what JavaScript counts exactly; this is about the year 2248. */
const lastMillisecond = Math.floor(Number.MAX_SAFE_INTEGER / rowsPerMillisecond) - 1;

/** Issues with their comments and full text, in SQLite. */
export class IssueRepository {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #listing: IssueListing;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#listing = new IssueListing(database);
  }

  /** A page of the issues that match. @throws AppError invalid_input for a cursor of another list */
  page(query: IssuePageQuery): Page<Issue> {
    return this.#listing.page(query);
  }

  /** How many issues match, by project, provider or status. */
  groups(query: IssueQuery, by: "project" | "provider" | "status"): IssueGroup[] {
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
   * Stores what a provider gave, in one transaction: all of it is durable when this returns, or nothing is stored. An
   * issue is recognised by link and external id and keeps its id; one that is as it was only counts as seen.
   */
  upsertBatch(origin: IssueOrigin, fetched: readonly FetchedIssue[]): UpsertResult {
    const result: UpsertResult = { created: [], changed: [], unchanged: 0 };
    // A provider may give an issue twice, when it changes while its pages are read; the later one counts.
    const latest = new Map(fetched.map((issue) => [issue.externalId, issue]));
    this.#database.transaction(() => {
      const toIndex: { searchId: number; issue: FetchedIssue }[] = [];
      for (const issue of latest.values()) {
        const columns = toColumns(issue);
        const digest = digestOf(columns, issue.comments, origin);
        const known = this.#known(origin.linkId, issue.externalId);
        if (known?.digest === digest) {
          this.#markSeen(known.row_id, origin.syncId);
          result.unchanged++;
          continue;
        }
        if (known !== undefined) this.#removeFromIndex(known.search_id);
        const searchId = this.#freeSearchId(columns.updatedAt);
        const id = this.#store(origin, issue, known, { ...columns, digest, searchId });
        toIndex.push({ searchId, issue });
        (known === undefined ? result.created : result.changed).push(id);
      }
      // In rising order, else FTS5 writes a segment for each.
      toIndex.sort((one, other) => one.searchId - other.searchId);
      for (const { searchId, issue } of toIndex) this.#index(origin, searchId, issue);
    });
    return result;
  }

  /** The issues of a link that the sync run did not see. */
  unseen(linkId: string, syncId: string): { key: string; externalId: string }[] {
    return this.#database
      .prepare<{ key: string; externalId: string }>(
        "SELECT key, external_id AS externalId FROM issues WHERE link_id = :linkId AND seen_sync <> :syncId",
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

  /** Takes away everything that came over a link. Answers the ids. */
  removeLink(linkId: string): string[] {
    return this.#remove("link_id = :place", linkId);
  }

  /** Takes away all issues of a project. Answers the ids. */
  removeProject(projectId: string): string[] {
    return this.#remove("project_id = :place", projectId);
  }

  #known(linkId: string, externalId: string): Known | undefined {
    return this.#database
      .prepare<Known>(
        `SELECT row_id, id, digest, search_id FROM issues WHERE link_id = :linkId AND external_id = :externalId`,
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
      this.#storeComments(known.row_id, issue);
      return known.id;
    }
    const { tenantId, projectId, linkId, provider } = origin;
    const id = newId();
    const place = { id, tenantId, projectId, linkId, provider, externalId: issue.externalId };
    const inserted = this.#database.prepare<{ row_id: number }>(insertIssue).get({ ...content, ...place });
    if (inserted !== undefined) this.#storeComments(inserted.row_id, issue);
    return id;
  }

  #storeComments(rowId: number, issue: FetchedIssue): void {
    const insert = this.#database.prepare(
      `INSERT INTO issue_comments VALUES
         (:rowId, :position, :id, :author, :body, :createdAt, :updatedAt, :fromCollaborator)`,
    );
    issue.comments.forEach(({ id, author, body, createdAt, updatedAt, fromCollaborator }, position) => {
      insert.run({
        rowId,
        position,
        id,
        author: JSON.stringify({ id: author.id, name: author.name }),
        body,
        createdAt: storedTime(createdAt),
        updatedAt: storedTime(updatedAt),
        fromCollaborator: fromCollaborator ? 1 : 0,
      });
    });
  }

  /** A free row of the full text index that stands where the issue's last change belongs. */
  #freeSearchId(updatedAt: string): number {
    const taken = this.#database.prepare<{ last: number | null }>(
      "SELECT max(search_id) AS last FROM issues WHERE search_id >= :from AND search_id < :until",
    );
    const time = Math.max(-lastMillisecond, Math.min(lastMillisecond, Date.parse(updatedAt)));
    for (let from = time * rowsPerMillisecond; ; from += rowsPerMillisecond) {
      const last = taken.get({ from, until: from + rowsPerMillisecond })?.last ?? null;
      if (last === null) return from;
      if (last < from + rowsPerMillisecond - 1) return last + 1;
    }
  }

  #index(origin: IssueOrigin, searchId: number, issue: FetchedIssue): void {
    this.#database
      .prepare(
        `INSERT INTO issue_search (rowid, key, title, body, comments, facets)
         VALUES (:searchId, :key, :title, :body, :comments, :facets)`,
      )
      .run({
        searchId,
        key: issue.key,
        title: issue.title,
        body: issue.body,
        comments: issue.comments.map(({ body }) => body).join("\n\n"),
        facets: facetsOf(issue, origin),
      });
  }

  #removeFromIndex(searchId: number): void {
    this.#database.prepare("DELETE FROM issue_search WHERE rowid = :searchId").run({ searchId });
  }

  #remove(condition: string, place: string, more: SqlParameters = {}): string[] {
    return this.#database.transaction(() => {
      const parameters: SqlParameters = { place, ...more };
      const gone = this.#database
        .prepare<Known>(`SELECT row_id, id, search_id FROM issues WHERE ${condition}`)
        .all(parameters);
      for (const { search_id: searchId } of gone) this.#removeFromIndex(searchId);
      this.#database.prepare(`DELETE FROM issues WHERE ${condition}`).run(parameters);
      return gone.map(({ id }) => id);
    });
  }
}

const insertIssue = `INSERT INTO issues (
  id, tenant_id, project_id, link_id, provider, key, external_id, title, title_key, body, status, raw_status, labels,
  assignees, author, milestone, url, comment_count, created_at, updated_at, closed_at, synced_at, version, digest,
  seen_sync, search_id
) VALUES (
  :id, :tenantId, :projectId, :linkId, :provider, :key, :externalId, :title, :titleKey, :body, :status, :rawStatus,
  :labels, :assignees, :author, :milestone, :url, :commentCount, :createdAt, :updatedAt, :closedAt, :syncedAt, 1,
  :digest, :syncId, :searchId
) RETURNING row_id`;

const updateIssue = `UPDATE issues SET
  key = :key, title = :title, title_key = :titleKey, body = :body, status = :status, raw_status = :rawStatus,
  labels = :labels, assignees = :assignees, author = :author, milestone = :milestone, url = :url,
  comment_count = :commentCount, created_at = :createdAt, updated_at = :updatedAt, closed_at = :closedAt,
  synced_at = :syncedAt, version = version + 1, digest = :digest, seen_sync = :syncId, search_id = :searchId
  WHERE row_id = :rowId`;
