import assert from "node:assert/strict";
import type { JiraAttachmentOptions } from "../../../server/providers/jira/attachments.ts";
import type { JiraClientOptions } from "../../../server/providers/jira/client.ts";
import { JiraProvider } from "../../../server/providers/jira/jira-provider.ts";
import type { ProviderIssue } from "../../../server/providers/provider.ts";
import type { ChangeListOptions, IssueRef } from "../../../server/providers/tracker.ts";
import { AppError, type ErrorCode } from "../../../shared/errors.ts";
import type { Flavour, JiraIssueData } from "../../fixtures/jira/model.ts";
import { documentOf, jiraProject } from "../../fixtures/jira/samples.ts";
import { type JiraServer, type JiraServerOptions, startJiraServer } from "../../fixtures/jira/server.ts";

const token = "canary-0123456789";
const email = "ann@example.org";

/** A Jira of one flavour for each test, and the provider that is connected to it as Ann. */
export class JiraStage {
  readonly cloud: boolean;
  readonly #flavour: Flavour;
  #server: JiraServer | null = null;

  /** To be made within a `describe`: what a test served is closed after it. */
  constructor(flavour: Flavour) {
    this.#flavour = flavour;
    this.cloud = flavour === "cloud";
    afterEach(() => this.close());
  }

  /** As people call it. */
  get name(): string {
    return this.cloud ? "Cloud" : "Data Center";
  }

  get server(): JiraServer {
    assert.ok(this.#server, "serve() comes first");
    return this.#server;
  }

  async serve(issues: JiraIssueData[], options: Partial<JiraServerOptions> = {}): Promise<void> {
    this.#server = await startJiraServer({
      flavour: this.#flavour,
      projects: [jiraProject(issues)],
      credentials: { [this.cloud ? Buffer.from(`${email}:${token}`).toString("base64") : token]: "ann" },
      basePath: this.cloud ? "" : "/jira",
      record: true,
      ...options,
    });
  }

  async close(): Promise<void> {
    await this.#server?.close();
    this.#server = null;
  }

  /** Waiting a hundredth of the real time. */
  provider(options: JiraClientOptions & JiraAttachmentOptions & { token?: string } = {}): JiraProvider {
    const { token: own = token, ...rest } = options;
    const connection = { id: "connection", provider: "jira" as const, baseUrl: this.server.url, token: own };
    return new JiraProvider({ ...connection, ...(this.cloud && { email }) }, { retryStepMs: 10, ...rest });
  }

  refOf(number: number): IssueRef {
    return { key: `WID-${number}`, externalId: this.server.project("WID").get(number).id };
  }

  /** A text as this Jira keeps it. */
  kept(text: string): unknown {
    return this.cloud ? documentOf(text) : text;
  }
}

export function signal(): AbortSignal {
  return new AbortController().signal;
}

export async function collect(
  provider: JiraProvider,
  more: Partial<ChangeListOptions> = {},
  project = "WID",
): Promise<ProviderIssue[]> {
  const issues: ProviderIssue[] = [];
  for await (const page of provider.listIssues(project, { signal: signal(), ...more })) issues.push(...page);
  return issues;
}

export async function ids(provider: JiraProvider, project = "WID"): Promise<string[]> {
  const found: string[] = [];
  for await (const page of provider.listKeys(project, { signal: signal() })) found.push(...page);
  return found;
}

/** For `assert.throws` and `assert.rejects`: an AppError of this code that says so, and never the token. */
export function isAppError(code: ErrorCode, says: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof AppError, String(error));
    assert.deepEqual([error.code, says.test(error.message)], [code, true], error.message);
    assert.ok(!error.message.includes(token));
    return true;
  };
}
