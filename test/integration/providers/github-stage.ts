import assert from "node:assert/strict";
import type { GitHubClientOptions } from "../../../server/providers/github/client.ts";
import { GitHubProvider } from "../../../server/providers/github/github-provider.ts";
import type { ProviderIssue } from "../../../server/providers/provider.ts";
import type { ChangeListOptions, IssueRef } from "../../../server/providers/tracker.ts";
import { GitHubDescription } from "../../fixtures/github/openapi.ts";
import { type GitHubServer, type GitHubServerOptions, startGitHubServer } from "../../fixtures/github/server.ts";
import type { RepositoryStore } from "../../fixtures/github/store.ts";

export const token = "ghp_canary0123456789";
export const never = new AbortController().signal;

/** What one listing gave. */
export interface Listed {
  issues: ProviderIssue[];
  keys: string[];
  position: string;
  names: string[];
  /** How many requests it took. */
  requests: number;
}

/** A GitHub-compatible server and providers on it; every exchange is held to GitHub's description at the end. */
export class GitHubStage {
  readonly server: GitHubServer;
  readonly provider: GitHubProvider;

  private constructor(server: GitHubServer) {
    this.server = server;
    this.provider = this.provide();
  }

  static async open(options: GitHubServerOptions): Promise<GitHubStage> {
    const tokens = { [token]: { login: "octo-ann", scopes: ["repo"] } };
    return new GitHubStage(await startGitHubServer({ tokens, record: true, ...options }));
  }

  /** Another provider of the same connection; time runs a hundred times as fast as for people. */
  provide(options: GitHubClientOptions & { token?: string } = {}): GitHubProvider {
    const { token: own = token, ...rest } = options;
    const storageHosts = [`localhost:${this.server.port}`];
    return new GitHubProvider(
      { id: this.server.url, provider: "github", baseUrl: this.server.url, token: own },
      { retryStepMs: 10, storageHosts, ...rest },
    );
  }

  get store(): RepositoryStore {
    return this.server.repository("acme/widgets");
  }

  /** An issue as the provider gives it, by its number. */
  async issue(number: number, repository = "acme/widgets"): Promise<ProviderIssue> {
    const found = await this.provider.getIssue(repository, this.ref(number, repository), never);
    assert.ok(found, `#${number} is there`);
    return found;
  }

  ref(number: number, repository = "acme/widgets"): IssueRef {
    return { key: `#${number}`, externalId: String(this.server.repository(repository).id * 1_000_000 + number) };
  }

  async list(options: Partial<ChangeListOptions> = {}, repository = "acme/widgets"): Promise<Listed> {
    const before = this.server.requests;
    const listed: Listed = { issues: [], keys: [], position: "", names: [], requests: 0 };
    const given = {
      signal: never,
      onPosition: (position: string) => (listed.position = position),
      onRenamed: (name: string) => listed.names.push(name),
      ...options,
    };
    for await (const page of this.provider.listIssues(repository, given)) listed.issues.push(...page);
    listed.keys = listed.issues.map(({ key }) => key);
    listed.requests = this.server.requests - before;
    return listed;
  }

  /** How often something was asked for. */
  count(method: string, path: RegExp): number {
    return this.server.exchanges.filter((exchange) => exchange.method === method && path.test(exchange.path)).length;
  }

  async close(): Promise<void> {
    const description = GitHubDescription.load();
    const problems = this.server.exchanges
      .filter(({ path }) => !/^\/(?:user-attachments|stored)\//.test(path))
      .flatMap((exchange) => description.problems(exchange));
    await this.server.close();
    assert.deepEqual(problems, [], "every request and answer is as GitHub describes it");
  }
}
