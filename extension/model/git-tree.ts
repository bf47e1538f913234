import type { Session } from "../../shared/entities/session.ts";
import type { Workspace } from "../../shared/entities/workspace.ts";
import { isWithin } from "./workspaces.ts";

/** The state of one working tree: a clone or a worktree. */
export type TreeState = Pick<Workspace, "path" | "branch" | "upstream" | "ahead" | "behind" | "dirty">;

/** What can be done by git in a tree at this moment, in the words of the menus' when clauses. */
export type TreeAbility = "pull" | "push" | "commit" | "switch" | "merge" | "remove";

/**
 * What git can do in a tree. What is known may be old; the server decides, and says why not.
 * @param sessions those of the person
 * @param removed the trees that go when it is removed: a clone takes its worktrees along
 */
export function treeAbilities(
  { path, branch, upstream, ahead, dirty }: TreeState,
  sessions: readonly Session[],
  removed: readonly string[] = [path],
): TreeAbility[] {
  const isBusy = (tree: string): boolean =>
    sessions.some(({ status, workspacePath }) => isRunning(status) && isWithin(tree, workspacePath));
  const published = upstream === `origin/${branch ?? ""}`;
  const abilities: Record<TreeAbility, boolean> = {
    pull: branch !== null && upstream !== null,
    push: branch !== null && (ahead > 0 || !published),
    commit: dirty,
    // A branch is not changed under a session.
    switch: !isBusy(path),
    merge: branch !== null,
    remove: !removed.some(isBusy),
  };
  return (Object.keys(abilities) as TreeAbility[]).filter((ability) => abilities[ability]);
}

/** Whether there is something in its tmux session. */
export function isRunning(status: Session["status"]): boolean {
  return status !== "lost" && status !== "exited";
}
