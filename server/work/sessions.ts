import { AppError } from "../../shared/errors.ts";
import type { Session } from "../../shared/entities/session.ts";
import type { IssueService } from "../issues/service.ts";
import type { SessionService } from "../sessions/service.ts";
import type { WorkspaceService } from "../workspaces/service.ts";
import { resolvePlace, type PlaceSources } from "./place.ts";

export interface SessionStarterOptions extends PlaceSources {
  issues: IssueService;
  sessions: SessionService;
  workspaces: WorkspaceService;
}

export interface StartSession {
  projectId: string;
  tool: string;
  issueId?: string | undefined;
  /** The path of the clone or one of its worktrees; the clone unless told. */
  worktree?: string | undefined;
  prompt?: string | undefined;
}

/** Sessions in a person's working tree outside Start Work. */
export class SessionStarter {
  readonly #options: SessionStarterOptions;

  constructor(options: SessionStarterOptions) {
    this.#options = options;
  }

  /**
   * @throws AppError workspace_missing where nothing is cloned yet, invalid_input for a path that is none of the
   *   workspace's trees, conflict where another AI tool works in the tree
   */
  async start(request: StartSession, userId: string): Promise<Session> {
    const { projects, issues, sessions, workspaces } = this.#options;
    const { project, workspaceProject, linuxUser } = resolvePlace(this.#options, request.projectId, userId);
    const issue = request.issueId === undefined ? undefined : issues.get(request.issueId);
    if (issue !== undefined && issue.projectId !== project.id) {
      throw new AppError("invalid_input", "The issue belongs to another project.", {
        errors: [{ path: "issueId", message: "must be an issue of the project" }],
      });
    }
    return workspaces.use(workspaceProject, linuxUser, request.worktree, async (tree) => {
      requireFree(sessions.live(), tree.path, request.tool);
      return sessions.create({
        // Asked for again: it may have been deleted while this waited for its turn.
        project: projects.get(project.id),
        userId,
        tool: request.tool,
        workspacePath: tree.path,
        branch: tree.branch,
        ...(issue === undefined ? {} : { issue }),
        ...(request.prompt === undefined ? {} : { prompt: request.prompt }),
      });
    });
  }

  /**
   * Runs the start of a session that tmux lost, in its working tree, while nobody else may take that.
   * @throws AppError conflict where the tree is on another branch by now or another session is there;
   *   workspace_missing or invalid_input where it is gone
   */
  async restart(lost: Session, start: () => Promise<void>): Promise<void> {
    const { sessions, workspaces } = this.#options;
    const { workspaceProject, linuxUser } = resolvePlace(this.#options, lost.projectId, lost.userId);
    await workspaces.use(workspaceProject, linuxUser, lost.workspacePath, async ({ path, branch }) => {
      if (branch !== lost.branch) {
        const now = branch ?? "no branch";
        throw new AppError("conflict", `${path} is on ${now} now; ${lost.tool} worked on ${lost.branch ?? "none"}.`);
      }
      const other = sessions
        .live()
        .find((session) => session.id !== lost.id && session.workspacePath === path && !mayShare(session, lost));
      if (other !== undefined) throw new AppError("conflict", `${other.tool} works in ${path} on ${other.title} now.`);
      await start();
    });
  }
}

/** Whether two sessions may stand in one working tree: as `requireFree`, and never for two issues. */
function mayShare(a: Session, b: Session): boolean {
  const sameWork = a.issueId === null || b.issueId === null || a.issueId === b.issueId;
  return sameWork && (a.tool === "shell" || b.tool === "shell");
}

/** A shell is a person's own look at a tree; of tools that write, a tree has one at a time. */
function requireFree(live: readonly Session[], path: string, tool: string): void {
  if (tool === "shell") return;
  const other = live.find((session) => session.workspacePath === path && session.tool !== "shell");
  if (other === undefined) return;
  throw new AppError(
    "conflict",
    `${other.tool} works in ${path} already. Stop it, or start this in another working tree.`,
  );
}
