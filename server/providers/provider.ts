import type { ProviderName } from "../../shared/entities/connection.ts";
import type { IssueComment, IssueStatus, ProviderPerson } from "../../shared/entities/issue.ts";

/**
 * What a tracker, through the account at hand, can do. Views offer an action only where its ability is declared, so a
 * button never lies. Creating, editing, commenting and closing join here with their methods.
 */
export interface ProviderAbilities {
  /** Issues may belong to a milestone or sprint. */
  milestones: boolean;
  /** Whether an author belongs to the repository's own people is known of each comment. */
  collaborators: boolean;
}

/** What a provider needs to know of a connection. */
export interface ProviderConnection {
  id: string;
  provider: ProviderName;
  /** The API root; empty is the vendor's cloud. */
  baseUrl: string;
  /** The account the token belongs to, where the tracker wants both: Jira Cloud. */
  email?: string;
  /** Empty where none is stored: then only what is public can be read. */
  token: string;
}

/** What {@link IssueProvider.test} found. `message` is for people. */
export interface ProviderTest {
  ok: boolean;
  message: string;
  /** Who the token belongs to; missing where it is not known. */
  account?: string;
  /** The token's scopes as the provider names them; empty where it does not say. */
  scopes: string[];
}

/** An issue in the tracker's words where they matter and in ours elsewhere. Times are ISO 8601, UTC. */
export interface ProviderIssue {
  /** As people say it: `#12`, `PROJ-12`. */
  key: string;
  /** The tracker's own lasting id. */
  externalId: string;
  title: string;
  /** Markdown. */
  body: string;
  /** The tracker's own word. */
  rawStatus: string;
  /** What the tracker's own category says of it, null where it has none. */
  category: IssueStatus | null;
  labels: string[];
  assignees: ProviderPerson[];
  author: ProviderPerson;
  milestone: string | null;
  url: string;
  commentCount: number;
  createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  /** Oldest first. */
  comments: IssueComment[];
}

export interface ListOptions {
  /** Ends the listing with an AppError `cancelled`. */
  signal: AbortSignal;
  /** `total` is the provider's own estimate, 0 while unknown; `step` is a phrase for people. */
  onProgress?: (progress: { done: number; total: number; step: string }) => void;
}

/**
 * The one interface in front of every tracker. Implementations hold no state that outlives a call, except what keeps
 * within the tracker's rate limits, and are safe to use for several calls at once.
 *
 * Errors are AppErrors that say what to do, and never hold the token: `provider_unauthorized`, `provider_forbidden`,
 * `provider_not_found`, `provider_rate_limited` (with `data.retryAfterSeconds`), `provider_failed`, `timeout`,
 * `cancelled`, and `invalid_input` for an external project that cannot be one.
 */
export interface IssueProvider {
  readonly name: ProviderName;
  readonly abilities: ProviderAbilities;

  /** Tries address and token. What the provider refuses is an answer here; only `cancelled` is thrown. */
  test(signal: AbortSignal): Promise<ProviderTest>;

  /**
   * Every issue of a project with its comments, page by page; each issue once, in no promised order. The next pages
   * are being fetched while one is worked on, a few at most, so memory stays bounded.
   *
   * @param externalProject owner/repository, group/project or a Jira key.
   */
  listIssues(externalProject: string, options: ListOptions): AsyncIterable<ProviderIssue[]>;
}
