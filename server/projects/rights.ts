import type { Project } from "../../shared/entities/project.ts";
import { AppError } from "../../shared/errors.ts";
import type { Principal } from "../http/context.ts";

type Administered = Partial<Pick<Project, "roles" | "sshKeyId">>;

/**
 * What of a project is for administrators to say, with a step-up. A role keeps its person to less than their level
 * allows, so whoever may change projects could free themselves of theirs. A key can be read by whoever works in a project
 * that uses it, so they could take any of the organisation's by naming it in a project of their own.
 * @param before what the project has; empty for a new one
 * @throws AppError forbidden, step_up_required
 */
export function requireProjectRights(
  before: Administered,
  after: Administered,
  principal: Principal,
  requireStepUp: (principal: Principal) => void,
): void {
  const changes = [
    { changed: otherRoles(before.roles ?? [], after.roles), what: "give people roles in a project" },
    { changed: otherKey(before.sshKeyId, after.sshKeyId), what: "say which SSH key a project uses" },
  ];
  const change = changes.find(({ changed }) => changed);
  if (change === undefined) return;
  if (principal.level !== "admin" || principal.scopes !== null) {
    throw new AppError("forbidden", `Only administrators, signed in themselves, ${change.what}.`);
  }
  requireStepUp(principal);
}

function otherRoles(before: Project["roles"], after: Project["roles"] | undefined): boolean {
  return after !== undefined && JSON.stringify(before) !== JSON.stringify(after);
}

function otherKey(before: Project["sshKeyId"] | undefined, after: Project["sshKeyId"] | undefined): boolean {
  return typeof after === "string" && after !== before;
}
