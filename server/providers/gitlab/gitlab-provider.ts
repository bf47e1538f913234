import { PersonalAccessTokens, Projects, Users } from "@gitbeaker/rest";
import * as z from "zod";
import type { IssueComment } from "../../../shared/entities/issue.ts";
import { AppError } from "../../../shared/errors.ts";
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
import { allows, roleOf } from "./abilities.ts";
import { GitLabClient, type GitLabClientOptions } from "./client.ts";
import { currentAccount, tokenAnswer } from "./payloads.ts";
import { parseProject } from "./project.ts";
import { IssueReader } from "./reader.ts";
import { fetchUpload, type UploadOptions } from "./uploads.ts";
import { IssueWriter } from "./writer.ts";

/** gitlab.com and self-managed GitLab, through gitbeaker. */
export class GitLabProvider implements IssueTracker {
  readonly name = "gitlab";
  readonly abilities: ProviderAbilities = { milestones: true, collaborators: false };
  readonly #client: GitLabClient;
  readonly #uploads: UploadOptions;
  readonly #anonymous: boolean;
  #severalSeen = false;

  constructor(connection: ProviderConnection, options: GitLabClientOptions = {}) {
    this.#client = new GitLabClient(connection, options);
    this.#anonymous = connection.token === "";
    const { base, timeoutMs } = this.#client;
    this.#uploads = { base, token: connection.token, timeoutMs, storageHosts: options.storageHosts ?? [] };
  }

  /** Several assignees need GitLab Premium, which nothing tells: an issue that has several does. */
  get can(): TrackerAbilities {
    return allows({ writes: !this.#anonymous, role: null, severalAssignees: this.#severalSeen });
  }

  async test(signal: AbortSignal): Promise<ProviderTest> {
    try {
      if (this.#anonymous) {
        const ask = { subject: "its public projects", signal };
        const page = { page: 1, perPage: 1, simple: true } as const;
        await this.#client.call((api) => new Projects(api).all(page), z.array(z.unknown()), ask);
        const message = "Reached without a token: only public projects can be read, without their comments.";
        return { ok: true, message, scopes: [] };
      }
      const token = await this.#ownToken(signal);
      const ask = { subject: "the token's account", signal };
      const { data } = await this.#client.call((api) => new Users(api).showCurrentUser(), currentAccount, ask);
      const expiry = token?.expires_at ? ` The token expires on ${token.expires_at}.` : "";
      const message = `Signed in as ${data.username}.${missingScope(token?.scopes ?? null)}${expiry}`;
      return { ok: true, message, account: data.username, scopes: token?.scopes ?? [] };
    } catch (error) {
      if (!(error instanceof AppError) || error.code === "cancelled") throw error;
      return { ok: false, message: error.message, scopes: [] };
    }
  }

  /** What the token's scopes and the account's role in the project allow. */
  async projectAbilities(externalProject: string, signal: AbortSignal): Promise<TrackerAbilities> {
    const project = await this.#writer(externalProject, signal).project();
    const scopes = this.#anonymous ? [] : ((await this.#ownToken(signal))?.scopes ?? null);
    const usable =
      !this.#anonymous &&
      (scopes === null || scopes.includes("api")) &&
      project.archived !== true &&
      project.issues_enabled !== false &&
      project.issues_access_level !== "disabled";
    return allows({ writes: usable, role: roleOf(project), severalAssignees: this.#severalSeen });
  }

  async *listIssues(externalProject: string, options: ChangeListOptions): AsyncGenerator<ProviderIssue[]> {
    for await (const issues of this.#reader(externalProject, options).issues()) {
      this.#note(...issues);
      yield issues;
    }
  }

  async *listKeys(externalProject: string, options: ListOptions): AsyncGenerator<string[]> {
    yield* this.#reader(externalProject, options).keys();
  }

  async getIssue(externalProject: string, ref: IssueRef, signal: AbortSignal): Promise<ProviderIssue | null> {
    const issue = await this.#writer(externalProject, signal).find(ref);
    if (issue !== null) this.#note(issue);
    return issue;
  }

  async createIssue(externalProject: string, draft: IssueDraft, signal: AbortSignal): Promise<ProviderIssue> {
    const issue = await this.#writer(externalProject, signal).create(draft);
    this.#note(issue);
    return issue;
  }

  async updateIssue(
    externalProject: string,
    ref: IssueRef,
    change: IssueChange,
    signal: AbortSignal,
  ): Promise<ProviderIssue> {
    const issue = await this.#writer(externalProject, signal).update(ref, change);
    this.#note(issue);
    return issue;
  }

  async addComment(externalProject: string, ref: IssueRef, body: string, signal: AbortSignal): Promise<IssueComment> {
    return this.#writer(externalProject, signal).comment(ref, body);
  }

  async choices(externalProject: string, ref: IssueRef | null, signal: AbortSignal): Promise<IssueChoices> {
    return this.#writer(externalProject, signal).choices(ref);
  }

  async fetchAttachment(url: string, maxBytes: number, signal: AbortSignal): Promise<Attachment> {
    return fetchUpload(url, this.#uploads, maxBytes, signal);
  }

  /** Null where the token is of a kind that GitLab says nothing about, as one of OAuth. */
  async #ownToken(signal: AbortSignal): Promise<z.infer<typeof tokenAnswer> | null> {
    const ask = { subject: "the token's scopes", signal };
    try {
      return (await this.#client.call((api) => new PersonalAccessTokens(api).show(), tokenAnswer, ask)).data;
    } catch (error) {
      if (error instanceof AppError && /^provider_(?:not_found|forbidden)$/.test(error.code)) return null;
      throw error;
    }
  }

  #note(...issues: ProviderIssue[]): void {
    this.#severalSeen ||= issues.some(({ assignees }) => assignees.length > 1);
  }

  #reader(externalProject: string, options: ChangeListOptions): IssueReader {
    return new IssueReader(this.#client, parseProject(externalProject), options, !this.#anonymous);
  }

  #writer(externalProject: string, signal: AbortSignal): IssueWriter {
    return new IssueWriter(this.#client, parseProject(externalProject), signal);
  }
}

function missingScope(scopes: readonly string[] | null): string {
  if (scopes === null || scopes.includes("api")) return "";
  return scopes.includes("read_api")
    ? ' The token can read, but nothing can be changed with it: that needs the scope "api".'
    : ' The token has no scope for issues: give it "api", or "read_api" for reading alone.';
}
