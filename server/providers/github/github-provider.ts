import * as z from "zod";
import type { IssueComment } from "../../../shared/entities/issue.ts";
import { AppError } from "../../../shared/errors.ts";
import { downloadAttachment, type AttachmentSource } from "../attachment.ts";
import type { ListOptions, ProviderAbilities, ProviderConnection, ProviderIssue, ProviderTest } from "../provider.ts";
import type {
  Attachment,
  ChangeListOptions,
  IssueChange,
  IssueChoices,
  IssueDraft,
  IssueRef,
  IssueTracker,
  TrackerAbilities,
} from "../tracker.ts";
import { gitHubAttachments } from "./attachments.ts";
import { GitHubClient, type GitHubClientOptions } from "./client.ts";
import { scopesOf } from "./errors.ts";
import { account, repositoryAnswer } from "./payloads.ts";
import { IssueReader } from "./reader.ts";
import { parseRepository } from "./repository.ts";
import { IssueWriter } from "./writer.ts";

/** github.com and GitHub Enterprise Server, through octokit. */
export class GitHubProvider implements IssueTracker {
  readonly name = "github";
  readonly abilities: ProviderAbilities = { milestones: true, collaborators: true };
  readonly can: TrackerAbilities;
  readonly #client: GitHubClient;
  readonly #attachments: AttachmentSource;
  readonly #anonymous: boolean;

  constructor(connection: ProviderConnection, options: GitHubClientOptions = {}) {
    this.#client = new GitHubClient(connection, options);
    this.#anonymous = connection.token === "";
    this.can = abilities({ comment: !this.#anonymous, triage: !this.#anonymous, push: !this.#anonymous });
    this.#attachments = gitHubAttachments({
      baseUrl: this.#client.baseUrl,
      token: connection.token,
      timeoutMs: this.#client.timeoutMs,
      storageHosts: options.storageHosts ?? [],
    });
  }

  async test(signal: AbortSignal): Promise<ProviderTest> {
    try {
      if (this.#anonymous) {
        await this.#client.get("/rate_limit", {}, z.object({ rate: z.unknown() }), { subject: "its limits", signal });
        const message = "Reached without a token: only public repositories can be read, 60 requests an hour.";
        return { ok: true, message, scopes: [] };
      }
      const ask = { subject: "the token's account", signal };
      const { data, headers } = await this.#client.get("/user", {}, account, ask);
      const scopes = scopesOf(headers["x-oauth-scopes"]);
      // Fine-grained tokens have no scopes, and GitHub does not tell what they may.
      const missing = headers["x-oauth-scopes"] === undefined ? "" : missingScope(scopes);
      return { ok: true, message: `Signed in as ${data.login}.${missing}`, account: data.login, scopes };
    } catch (error) {
      if (!(error instanceof AppError) || error.code === "cancelled") throw error;
      return { ok: false, message: error.message, scopes: [] };
    }
  }

  /** What the account's role in the repository allows; a fine-grained token may allow less, which GitHub does not tell. */
  async projectAbilities(externalProject: string, signal: AbortSignal): Promise<TrackerAbilities> {
    const ask = { subject: `the repository ${externalProject}`, signal };
    const parameters = parseRepository(externalProject);
    const { data } = await this.#client.get("/repos/{owner}/{repo}", parameters, repositoryAnswer, ask);
    const usable = !this.#anonymous && data.has_issues && !data.archived;
    const { triage = false, push = false } = data.permissions ?? {};
    return abilities({ comment: usable, triage: usable && (triage || push), push: usable && push });
  }

  async *listIssues(externalProject: string, options: ChangeListOptions): AsyncGenerator<ProviderIssue[]> {
    yield* new IssueReader(this.#client, parseRepository(externalProject), options).issues();
  }

  async *listKeys(externalProject: string, options: ListOptions): AsyncGenerator<string[]> {
    yield* new IssueReader(this.#client, parseRepository(externalProject), options).keys();
  }

  async getIssue(externalProject: string, ref: IssueRef, signal: AbortSignal): Promise<ProviderIssue | null> {
    return this.#writer(externalProject, signal).find(ref);
  }

  async createIssue(externalProject: string, draft: IssueDraft, signal: AbortSignal): Promise<ProviderIssue> {
    return this.#writer(externalProject, signal).create(draft);
  }

  async updateIssue(
    externalProject: string,
    ref: IssueRef,
    change: IssueChange,
    signal: AbortSignal,
  ): Promise<ProviderIssue> {
    return this.#writer(externalProject, signal).update(ref, change);
  }

  async addComment(externalProject: string, ref: IssueRef, body: string, signal: AbortSignal): Promise<IssueComment> {
    return this.#writer(externalProject, signal).comment(ref, body);
  }

  async choices(externalProject: string, ref: IssueRef | null, signal: AbortSignal): Promise<IssueChoices> {
    return this.#writer(externalProject, signal).choices(ref);
  }

  async fetchAttachment(url: string, maxBytes: number, signal: AbortSignal): Promise<Attachment> {
    return downloadAttachment(url, this.#attachments, maxBytes, signal);
  }

  #writer(externalProject: string, signal: AbortSignal): IssueWriter {
    return new IssueWriter(this.#client, parseRepository(externalProject), signal);
  }
}

/**
 * What GitHub's roles allow: https://docs.github.com/en/organizations/managing-user-access-to-your-organizations-repositories/managing-repository-roles/repository-roles-for-an-organization
 */
function abilities({ comment, triage, push }: { comment: boolean; triage: boolean; push: boolean }): TrackerAbilities {
  return {
    create: comment,
    comment,
    edit: push,
    changeStatus: triage,
    label: triage,
    assign: triage,
    severalAssignees: true,
  };
}

function missingScope(scopes: readonly string[]): string {
  if (scopes.includes("repo")) return "";
  return scopes.includes("public_repo")
    ? ' The token reaches public repositories only: private ones need the scope "repo".'
    : ' The token has no scope for repositories: public ones can be read, nothing can be changed. Give it "repo".';
}
