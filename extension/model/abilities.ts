import { isDeepStrictEqual } from "node:util";
import { EventEmitter, type Disposable } from "vscode";
import type { Request } from "../connection/connection.ts";
import type { Issue, IssueAbilities } from "../../shared/entities/issue.ts";
import { AppError } from "../../shared/errors.ts";

/**
 * What can be done at the trackers, link by link: asked for with the first issue of a link that is looked at, so that a
 * button is offered only where it works. Fires when that turns out to be another thing than was known.
 */
export class Abilities implements Disposable {
  readonly #request: Request;
  readonly #known = new Map<string, IssueAbilities>();
  /** Links to be asked for again when an issue of theirs is looked at next; what was known counts until then. */
  readonly #stale = new Set<string>();
  readonly #asking = new Map<string, Promise<IssueAbilities>>();
  readonly #changed = new EventEmitter<void>();
  readonly onDidChange = this.#changed.event;

  constructor(request: Request) {
    this.#request = request;
  }

  /** What is known of a link; undefined before it was asked for. */
  ofLink(linkId: string): IssueAbilities | undefined {
    return this.#known.get(linkId);
  }

  /** What is known for an issue, without waiting; what is not known is asked for, and told by an event. */
  of(issue: Issue): IssueAbilities | undefined {
    const { linkId } = issue;
    if (!this.#known.has(linkId) || this.#stale.has(linkId)) void this.#learn(issue);
    return this.#known.get(linkId);
  }

  /** Asks the server, which asks the tracker now and then. @throws AppError what the server answered */
  read(issue: Issue): Promise<IssueAbilities> {
    const { id, linkId } = issue;
    const asking =
      this.#asking.get(linkId) ??
      this.#request((client) => client.issues.get({ id }))
        .then(({ abilities }) => this.#take(linkId, abilities))
        .finally(() => this.#asking.delete(linkId));
    this.#asking.set(linkId, asking);
    return asking;
  }

  /** What is known may have changed: with a connection's token, or while the server was not heard. */
  invalidate(): void {
    for (const linkId of this.#known.keys()) this.#stale.add(linkId);
    if (this.#stale.size > 0) this.#changed.fire();
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #take(linkId: string, abilities: IssueAbilities): IssueAbilities {
    const before = this.#known.get(linkId);
    this.#known.set(linkId, abilities);
    this.#stale.delete(linkId);
    if (!isDeepStrictEqual(before, abilities)) this.#changed.fire();
    return abilities;
  }

  async #learn(issue: Issue): Promise<void> {
    if (this.#asking.has(issue.linkId)) return;
    try {
      await this.read(issue);
    } catch (error) {
      // Nothing is offered that is not known to work; the next look asks again, and a command tells why it can't.
      if (!(error instanceof AppError)) throw error;
    }
  }
}
