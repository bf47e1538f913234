import type { ContextResult } from "../../shared/entities/context.ts";
import type { RedactionPolicy } from "../../shared/entities/project.ts";
import { stricterPolicy } from "../../shared/rules/redaction.ts";
import type { ContextService } from "../context/service.ts";
import type { Host } from "../host/host.ts";
import type { IssueService } from "../issues/service.ts";
import type { WorkspaceService } from "../workspaces/service.ts";
import { resolvePlace, type PlaceSources } from "./place.ts";

export interface IssueContextOptions extends PlaceSources {
  issues: IssueService;
  contexts: ContextService;
  workspaces: WorkspaceService;
  host: Host;
}

export interface WriteIssueContext {
  preview?: boolean | undefined;
  notes?: string | undefined;
  policy?: RedactionPolicy | undefined;
  collaboratorsOnly?: boolean | undefined;
}

/** The context of an issue of the store, in the working tree where a person works on it. */
export class IssueContextService {
  readonly #options: IssueContextOptions;

  constructor(options: IssueContextOptions) {
    this.#options = options;
  }

  /** Writes or previews AGENTS.override.md in the tree of the issue's work, else the clone. */
  async write(issueId: string, userId: string, options: WriteIssueContext): Promise<ContextResult> {
    const { issues, workspaces } = this.#options;
    const place = resolvePlace(this.#options, issues.get(issueId).projectId, userId);
    const tree = await workspaces.treeFor(place.workspaceProject, place.linuxUser, issueId);
    return this.writeAt(tree, issueId, userId, options);
  }

  /** The same in a tree that is known already, as while work is being started. */
  async writeAt(tree: string, issueId: string, userId: string, options: WriteIssueContext): Promise<ContextResult> {
    const { issues, contexts, host } = this.#options;
    const issue = issues.get(issueId);
    const { project, linuxUser } = resolvePlace(this.#options, issue.projectId, userId);
    return contexts.write({
      ...options,
      policy: stricterPolicy(project.redactionPolicy, options.policy),
      user: await host.as(linuxUser),
      tree,
      issue,
      project: { name: project.name, repositoryUrl: project.repositoryUrl, defaultBranch: project.defaultBranch },
    });
  }

  async clear(issueId: string, userId: string): Promise<void> {
    const { issues, workspaces } = this.#options;
    const { workspaceProject, linuxUser } = resolvePlace(this.#options, issues.get(issueId).projectId, userId);
    await this.clearAt(await workspaces.treeFor(workspaceProject, linuxUser, issueId), issueId, linuxUser);
  }

  async clearAt(tree: string, issueId: string, linuxUser: string): Promise<void> {
    await this.#options.contexts.clear({ user: await this.#options.host.as(linuxUser), tree, issueId });
  }
}
