import type { Page } from "../../shared/entities/common.ts";
import type { IssueGrouping, IssueLack } from "../../shared/entities/filter.ts";
import type { Issue, IssueStatus, IssueWithComments, ListedIssue } from "../../shared/entities/issue.ts";
import type { ProviderName } from "../../shared/entities/connection.ts";
import { AppError } from "../../shared/errors.ts";
import type { TenantScope } from "../../shared/rules/permissions.ts";
import type { TenantService } from "../tenants/service.ts";
import type { UserService } from "../users/service.ts";
import type { IssueRepository } from "./repository.ts";
import { Highlighter } from "./snippet.ts";

export interface IssueFilter {
  tenantId?: string | undefined;
  projectId?: string | undefined;
  status?: IssueStatus | undefined;
  provider?: ProviderName | undefined;
  assignee?: string | undefined;
  label?: string[] | undefined;
  milestone?: string | undefined;
  without?: IssueLack[] | undefined;
  q?: string | undefined;
}

export interface IssueListing extends IssueFilter {
  sort: "updated" | "created" | "title";
  order: "asc" | "desc";
  limit: number;
  cursor?: string | undefined;
  /** Whether each issue says where it was found. */
  highlight?: boolean | undefined;
}

/** Who asks: what they see, and who `me` is. */
export interface IssueReader extends TenantScope {
  userId: string;
}

export interface IssueServiceOptions {
  repository: IssueRepository;
  tenants: TenantService;
  users: UserService;
}

/** Issues of every tracker, as they are in the store. */
export class IssueService {
  readonly #options: IssueServiceOptions;

  constructor(options: IssueServiceOptions) {
    this.#options = options;
  }

  /** The page that `list` gives, as JSON in UTF-8; undefined where that has to be made of objects. */
  listJson(reader: IssueReader, listing: IssueListing): Uint8Array | undefined {
    return isHighlighted(listing) ? undefined : this.#options.repository.pageJson(this.#query(reader, listing));
  }

  list(reader: IssueReader, listing: IssueListing): Page<ListedIssue> {
    const { repository } = this.#options;
    const page = repository.page(this.#query(reader, listing));
    if (!isHighlighted(listing)) return page;
    const { q } = listing;
    const highlighter = new Highlighter(q);
    const items = page.items.map((issue) => {
      const { id, title, body } = issue;
      const comments = () => repository.get(id)?.comments ?? [];
      return { ...issue, snippet: highlighter.snippet({ title, body, comments }) };
    });
    return { ...page, items };
  }

  /** How many issues a filter matches for each value of a field, for the tree's groups. */
  groups(reader: IssueReader, filter: IssueFilter, by: IssueGrouping): { value: string; count: number }[] {
    return this.#options.repository.groups(this.#filter(reader, filter), by);
  }

  find(id: string): Issue | undefined {
    return this.#options.repository.find(id);
  }

  get(id: string): IssueWithComments {
    const issue = this.#options.repository.get(id);
    if (issue === undefined) throw new AppError("not_found", "There is no such issue.");
    return issue;
  }

  #query(reader: IssueReader, listing: IssueListing) {
    const { sort, order, limit, cursor } = listing;
    return { ...this.#filter(reader, listing), sort, order, limit, cursor };
  }

  #filter(reader: IssueReader, filter: IssueFilter) {
    const { tenantId, projectId, status, provider, label, milestone, without, q } = filter;
    return {
      tenantIds: this.#tenants(reader, tenantId),
      projectId,
      status,
      provider,
      assignees: this.#assignees(reader, filter.assignee),
      labels: label,
      milestone,
      without,
      q,
    };
  }

  #tenants(reader: IssueReader, asked: string | undefined): readonly string[] {
    if (asked !== undefined) return [asked];
    return reader.level === "admin" ? this.#options.tenants.list(() => true).map(({ id }) => id) : reader.tenantIds;
  }

  /** `me` is whatever the person is called at their providers; nobody, where they said nothing. */
  #assignees(reader: IssueReader, asked: string | undefined): readonly string[] | undefined {
    if (asked === undefined) return undefined;
    if (asked !== "me") return [asked];
    return this.#options.users.get(reader.userId).identities.map(({ login }) => login);
  }
}

/** Whether each issue of a list says where it was found. */
function isHighlighted(listing: IssueListing): listing is IssueListing & { q: string } {
  return listing.highlight === true && listing.q !== undefined;
}
