import type { ContextResult } from "../../shared/entities/context.ts";
import type { Job } from "../../shared/entities/job.ts";
import type { Workspace } from "../../shared/entities/workspace.ts";
import type { Session } from "../../shared/entities/session.ts";
import { AppError, errorMessage } from "../../shared/errors.ts";
import type { IssueService } from "../issues/service.ts";
import type { JobService, JobWork } from "../jobs/service.ts";
import type { SessionService } from "../sessions/service.ts";
import type { Tools } from "../sessions/tools.ts";
import type { Host } from "../host/host.ts";
import type { WorkspaceService } from "../workspaces/service.ts";
import type { IssueContextService } from "./context.ts";
import type { WorkspaceJobService } from "./workspace-jobs.ts";
import type { RepositoryCredentials } from "./credentials.ts";
import { resolvePlace, type Place, type PlaceSources } from "./place.ts";

export interface StartWorkOptions extends PlaceSources {
  host: Host;
  issues: IssueService;
  jobs: JobService;
  sessions: SessionService;
  tools: Tools;
  workspaces: WorkspaceService;
  contexts: IssueContextService;
  workspaceJobs: WorkspaceJobService;
  credentials: RepositoryCredentials;
}

export interface StartWork {
  tool: string;
  branch?: string | undefined;
  prompt?: string | undefined;
  worktree?: boolean | undefined;
}

/** The job's result. */
interface StartedWork {
  session: Session;
  workspace: Workspace;
  context: ContextResult;
}

/** From an issue to a running session: workspace, branch, working tree, context, session. */
export class StartWorkService {
  readonly #options: StartWorkOptions;

  constructor(options: StartWorkOptions) {
    this.#options = options;
  }

  /**
   * Starts the job; its result is `{session, workspace, context}`. A failure undoes what it made, and repeating it after
   * a crash takes up what is there.
   */
  start(issueId: string, userId: string, request: StartWork): Job {
    const issue = this.#options.issues.get(issueId);
    const place = resolvePlace(this.#options, issue.projectId, userId);
    return this.#options.jobs.start({
      kind: "start",
      tenantId: place.project.tenantId,
      userId,
      target: issueId,
      variant: JSON.stringify([request.tool, request.branch, request.prompt, request.worktree]),
      run: (work) => this.#run(place, issueId, request, work),
    });
  }

  async #run(place: Place, issueId: string, request: StartWork, { signal, report }: JobWork): Promise<StartedWork> {
    const { host, issues, sessions, tools, workspaces, contexts, credentials } = this.#options;
    const step = (done: number, name: string) => {
      signal.throwIfAborted();
      report({ done, total: 4, step: name });
    };
    const { workspaceProject, linuxUser, project, user } = place;
    const issue = issues.get(issueId);
    step(0, "Checking the tool");
    await tools.launch(await host.as(linuxUser), request.tool);
    const running = this.#running(issueId, user.id);
    if (running.some(({ tool }) => tool !== request.tool) && request.branch === undefined) {
      const names = running.map(({ tool }) => tool).join(", ");
      throw new AppError(
        "conflict",
        `${names} runs on this issue already. Stop it first, or give another branch for a working tree of its own.`,
      );
    }
    const same = running.find(
      (session) => session.tool === request.tool && (request.branch === undefined || session.branch === request.branch),
    );

    const status = () => workspaces.status(workspaceProject, linuxUser);
    if (same !== undefined) {
      requireTree(same, await status());
      const context = await contexts.writeAt(same.workspacePath, issueId, user.id, {});
      await this.#replaceLost(same);
      const { prompt = "" } = request;
      const session = prompt.trim() === "" ? same : await sessions.prompt(same.id, prompt);
      return this.#announce(place, { session, workspace: await status(), context });
    }

    step(1, "Preparing the workspace");
    await workspaces.initialise(workspaceProject, linuxUser, {
      signal,
      credentials: () => credentials.of(project, (name) => report({ done: 0, total: 0, step: name })),
      onProgress: ({ step: name, percent }) =>
        report({ done: percent ?? 0, total: percent === null ? 0 : 100, step: name }),
    });
    step(2, "Preparing branch and working tree");
    const work = {
      issue: { id: issue.id, key: issue.key, title: issue.title },
      busyPaths: () => sessions.live().map(({ workspacePath }) => workspacePath),
      signal,
      ...(request.branch === undefined ? {} : { branch: request.branch }),
      ...(request.worktree === undefined ? {} : { worktree: request.worktree }),
    };
    const started = await workspaces.takeUp(workspaceProject, linuxUser, work, async (tree) => {
      this.#requireOwn(tree.path, issueId);
      step(3, "Writing the context");
      const context = await contexts.writeAt(tree.path, issueId, user.id, {});
      try {
        // Before the session, which is the last that may fail: nothing takes the tree from under a running tool.
        const workspace = await status();
        step(4, `Starting ${request.tool}`);
        const session = await sessions.create({
          project,
          userId: user.id,
          issue,
          tool: request.tool,
          workspacePath: tree.path,
          branch: tree.branch,
          ...(request.prompt === undefined ? {} : { prompt: request.prompt }),
        });
        return { session, workspace, context };
      } catch (error) {
        if (tree.created.branch) await clearAfter(error, () => contexts.clearAt(tree.path, issueId, linuxUser));
        throw error;
      }
    });
    await this.#replaceLost(started.session);
    return this.#announce(place, started);
  }

  /** What tmux lost of the same work is not to come back beside it. Not in the clone's turn, which a resync waits for. */
  async #replaceLost({ issueId, userId, tool, branch, workspacePath }: Session): Promise<void> {
    const { sessions } = this.#options;
    const isShell = tool === "shell";
    for (const lost of sessions.lost()) {
      const sameWork = lost.userId === userId && lost.issueId === issueId && (lost.tool === "shell") === isShell;
      const samePlace = lost.branch === branch || lost.workspacePath === workspacePath;
      if (sameWork && samePlace) await sessions.forgetLost(lost.id);
    }
  }

  /** A branch that was asked for may be where other work goes on: its context and files stay its own. */
  #requireOwn(path: string, issueId: string): void {
    const other = this.#options.sessions
      .live()
      .find(
        (session) =>
          session.workspacePath === path &&
          (session.tool !== "shell" || (session.issueId !== null && session.issueId !== issueId)),
      );
    if (other === undefined) return;
    throw new AppError(
      "conflict",
      `${other.tool} runs in ${path} on ${other.title}. Stop it first, or give another branch for a working tree of its own.`,
    );
  }

  /** Tells the person's views of the workspace too. */
  #announce({ project, user }: Place, started: StartedWork): StartedWork {
    this.#options.workspaceJobs.announce(project, user.id, started.workspace);
    return started;
  }

  #running(issueId: string, userId: string): Session[] {
    return this.#options.sessions.live().filter((session) => session.issueId === issueId && session.userId === userId);
  }
}

/** A tool whose folder was deleted by hand stands in nothing; another folder of that name would not be its own. */
function requireTree({ tool, workspacePath }: Session, { path, exists, worktrees }: Workspace): void {
  if (exists && [path, ...worktrees.map((tree) => tree.path)].includes(workspacePath)) return;
  throw new AppError(
    "conflict",
    `${tool} runs on this issue, but its working tree ${workspacePath} is gone. Stop the session, then start work again.`,
  );
}

async function clearAfter(cause: unknown, clear: () => Promise<void>): Promise<void> {
  try {
    await clear();
  } catch (failed) {
    const code = cause instanceof AppError ? cause.code : "internal";
    throw new AppError(code, `${errorMessage(cause)} Undoing what had been made failed too: ${errorMessage(failed)}`, {
      cause: new AggregateError([cause, failed]),
    });
  }
}
