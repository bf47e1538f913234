import type { Issue } from "../../shared/entities/issue.ts";
import type { Database } from "../storage/database.ts";
import { facetsOf, type IssueOrigin } from "./records.ts";
import { facetToken, type Facet } from "./search-query.ts";

/** Rows of the full text index for one millisecond of `updatedAt`; more than these spill into the next. */
const rowsPerMillisecond = 1_024;
/** Row numbers stay within what JavaScript counts exactly; this is about the year 2248. */
const lastMillisecond = Math.floor(Number.MAX_SAFE_INTEGER / rowsPerMillisecond) - 1;

/** Words of filters that are remembered: most issues of a project have the same few. */
const rememberedWords = 1_000;

/** What of an issue can be found. */
export interface IndexedIssue extends Pick<
  Issue,
  "key" | "title" | "body" | "status" | "labels" | "assignees" | "milestone"
> {
  comments: readonly { body: string }[];
}

/** The full text of issues, whose rows stand in the order of the issues' last changes. */
export class IssueSearchIndex {
  readonly #database: Database;
  readonly #words = new Map<string, string>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** A free row that stands where the issue's last change belongs. @param updatedAt ISO 8601 */
  freeRow(updatedAt: string): number {
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

  add(origin: Pick<IssueOrigin, "tenantId" | "projectId" | "provider">, searchId: number, issue: IndexedIssue): void {
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
        facets: facetsOf(issue, origin)
          .map(([facet, value]) => this.#word(facet, value))
          .join(" "),
      });
  }

  /** The word under which a filter finds an issue. */
  #word(facet: Facet, value: string): string {
    const key = `${facet}:${value}`;
    const known = this.#words.get(key);
    if (known !== undefined) return known;
    const word = facetToken(facet, value);
    if (this.#words.size >= rememberedWords) this.#words.clear();
    this.#words.set(key, word);
    return word;
  }

  /** Whether a change of the schema left issues that can't be found. */
  get isEmptied(): boolean {
    const row = this.#database
      .prepare<{ emptied: number }>(
        "SELECT EXISTS (SELECT 1 FROM issues) AND NOT EXISTS (SELECT 1 FROM issue_search_docsize) AS emptied",
      )
      .get();
    return row?.emptied === 1;
  }

  remove(searchId: number): void {
    this.#database.prepare("DELETE FROM issue_search WHERE rowid = :searchId").run({ searchId });
  }
}
