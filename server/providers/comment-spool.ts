import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { IssueComment } from "../../shared/entities/issue.ts";

/**
 * Holds a repository's comments until their issues come: GitHub lists the two separately, and one request per issue
 * would be far too many. SQLite's private temporary database (the empty name) keeps little of it in memory, whatever
 * the repository's size, and vanishes when closed, also after a crash: https://www.sqlite.org/inmemorydb.html
 */
export class CommentSpool implements Disposable {
  readonly #database = new DatabaseSync("");
  readonly #insert: StatementSync;
  readonly #select: StatementSync;

  constructor() {
    // Nothing here needs to survive: no journal, no syncing.
    this.#database.exec(
      `PRAGMA journal_mode = OFF;
       PRAGMA synchronous = OFF;
       CREATE TABLE comments (issue INTEGER NOT NULL, id INTEGER NOT NULL, comment TEXT NOT NULL,
         PRIMARY KEY (issue, id)) WITHOUT ROWID;`,
    );
    this.#insert = this.#database.prepare("INSERT OR REPLACE INTO comments VALUES (?, ?, ?)");
    this.#select = this.#database.prepare("SELECT comment FROM comments WHERE issue = ? ORDER BY id");
  }

  /** Adds a page; a comment that comes again replaces itself. */
  add(comments: Array<{ issue: number; comment: IssueComment }>): void {
    this.#database.exec("BEGIN");
    for (const { issue, comment } of comments) this.#insert.run(issue, Number(comment.id), JSON.stringify(comment));
    this.#database.exec("COMMIT");
  }

  /** The comments of one issue, oldest first. */
  of(issue: number): IssueComment[] {
    // As `add` wrote them.
    return this.#select.all(issue).map((row) => JSON.parse(String(row["comment"])) as IssueComment);
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
