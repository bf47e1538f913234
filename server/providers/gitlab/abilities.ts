import type { TrackerAbilities } from "../tracker.ts";
import type { ProjectAnswer } from "./payloads.ts";

/** GitLab's roles by number: https://docs.gitlab.com/api/access_requests/#valid-access-levels */
const planner = 15;

/** What GitLab's roles allow: https://docs.gitlab.com/user/permissions/#project-planning */
export function allows({
  writes,
  role,
  severalAssignees,
}: {
  /** Whether anything may be written at all. */
  writes: boolean;
  /** The account's role as a number, 0 for a stranger; null where it is not known. */
  role: number | null;
  severalAssignees: boolean;
}): TrackerAbilities {
  const plans = writes && (role === null || role >= planner);
  return {
    create: writes,
    comment: writes,
    edit: plans,
    changeStatus: plans,
    label: plans,
    assign: plans,
    severalAssignees: plans && severalAssignees,
  };
}

/**
 * The account's role in a project. Null where it is not told: GitLab leaves out the groups that a project is shared
 * with, and who is shown a private project is in one of them, or an administrator.
 */
export function roleOf({ permissions, visibility }: ProjectAnswer): number | null {
  if (!permissions) return null;
  const levels = [permissions.project_access?.access_level, permissions.group_access?.access_level];
  const known = levels.filter((level) => level !== undefined);
  if (known.length > 0) return Math.max(...known);
  return visibility === "private" ? null : 0;
}
