import { AppError } from "../../shared/errors.ts";
import type { HostUser } from "../host/host.ts";
import { isWithin } from "../host/safe-path.ts";
import type { WorktreeStatus } from "./trees.ts";

/**
 * The worktree of that path, where it may go. Its branch keeps what was committed; without a branch that is lost.
 * @throws AppError as the functions below; `invalid_input` for another path
 */
export function removable(
  worktrees: readonly WorktreeStatus[],
  wanted: string,
  busyPaths: readonly string[],
  force: boolean,
): WorktreeStatus {
  const worktree = worktrees.find(({ path }) => path === wanted);
  if (worktree === undefined) {
    throw new AppError("invalid_input", `${wanted} is not one of the workspace's worktrees.`, {
      errors: [{ path: "worktree", message: "must be one of the clone's worktrees" }],
    });
  }
  refuseBusy([wanted], busyPaths, "the worktree");
  const { branch, dirty } = worktree;
  if (force || (!dirty && branch !== null)) return worktree;
  const reasons = [
    ...(dirty ? ["changes that are not committed"] : []),
    ...(branch === null ? ["commits that may be on no branch"] : []),
  ];
  const message = `${wanted} holds ${reasons.join(" and ")}. Commit them on a branch, or remove it by force to lose them.`;
  throw new AppError("dirty_tree", message, { data: { dirty: dirty ? [wanted] : [], unpushed: [] } });
}

/** @param what for people: what would be removed */
function refuseBusy(trees: readonly string[], busyPaths: readonly string[], what: string): void {
  const busy = busyPaths.filter((used) => trees.some((tree) => isWithin(tree, used)));
  if (busy.length === 0) return;
  const message = `Sessions run in ${busy.join(", ")}. Stop them, then remove ${what}.`;
  throw new AppError("conflict", message, { data: { busy } });
}

/** @throws AppError `conflict` while sessions run in the clone, or for worktrees that were made elsewhere by hand */
export function refuseRemoval(clone: string, worktrees: readonly WorktreeStatus[], busyPaths: readonly string[]): void {
  const trees = [clone, ...worktrees.map(({ path }) => path)];
  refuseBusy(trees, busyPaths, "the workspace");
  const elsewhere = trees.slice(1).filter((tree) => !tree.startsWith(`${clone}@`));
  if (elsewhere.length === 0) return;
  const message = `The clone has worktrees that were not made here: ${elsewhere.join(", ")}. Remove them with git worktree remove, then try again.`;
  throw new AppError("conflict", message, { data: { worktrees: elsewhere } });
}

/** @throws AppError `dirty_tree` with `{dirty, unpushed}` where work would be lost */
export async function refuseLoss(user: HostUser, clone: string, worktrees: readonly WorktreeStatus[]): Promise<void> {
  const [status, unpushed] = await Promise.all([user.git.status(clone), user.git.unpushed(clone)]);
  const dirty = [{ path: clone, dirty: status.dirty }, ...worktrees]
    .filter((tree) => tree.dirty)
    .map(({ path }) => path);
  if (dirty.length === 0 && unpushed.length === 0) return;
  const reasons = [
    ...(dirty.length > 0 ? [`changes that are not committed in ${dirty.join(", ")}`] : []),
    ...(unpushed.length > 0 ? [`commits that are not pushed on ${unpushed.map(({ ref }) => ref).join(", ")}`] : []),
  ];
  const message = `The workspace holds ${reasons.join(" and ")}. Commit and push them, or remove it by force to lose them.`;
  throw new AppError("dirty_tree", message, { data: { dirty, unpushed } });
}
