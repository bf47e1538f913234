import { EventEmitter, type Disposable } from "vscode";
import type { Request } from "../connection/connection.ts";
import { AppError } from "../../shared/errors.ts";

/** How many open issues are the person's own: the badge. */
export class MyIssues implements Disposable {
  readonly #request: Request;
  readonly #changed = new EventEmitter<number>();
  readonly onDidChange = this.#changed.event;
  #count = 0;
  #reading = false;
  #stale = false;

  constructor(request: Request) {
    this.#request = request;
  }

  get count(): number {
    return this.#count;
  }

  /** Counts anew; a burst of changes is counted once more at its end. */
  invalidate(): void {
    this.#stale = true;
    if (!this.#reading) void this.#recount();
  }

  dispose(): void {
    this.#changed.dispose();
  }

  async #recount(): Promise<void> {
    this.#reading = true;
    while (this.#stale) {
      this.#stale = false;
      try {
        const page = await this.#request((client) => client.issues.list({ status: "open", assignee: "me", limit: 1 }));
        if (page.total === this.#count) continue;
        this.#count = page.total;
        this.#changed.fire(page.total);
      } catch (error) {
        // A badge is no place for an error: the tree, asking the same server, shows it. The next change counts again.
        if (!(error instanceof AppError)) throw error;
      }
    }
    this.#reading = false;
  }
}
