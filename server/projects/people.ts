import type { Project, ProjectInput } from "../../shared/entities/project.ts";
import { AppError, type FieldError } from "../../shared/errors.ts";

type People = Partial<Pick<ProjectInput, "ownerId" | "roles">>;

/** @throws AppError invalid_input for somebody who does not exist, or is named twice */
export function checkPeople({ ownerId, roles = [] }: People, exists: (userId: string) => boolean): void {
  const errors: FieldError[] = [];
  if (ownerId !== undefined && ownerId !== null && !exists(ownerId)) {
    errors.push({ path: "ownerId", message: "There is no such person." });
  }
  const seen = new Set<string>();
  for (const [index, { userId }] of roles.entries()) {
    const path = `roles.${index}.userId`;
    if (!exists(userId)) errors.push({ path, message: "There is no such person." });
    if (seen.has(userId)) errors.push({ path, message: "The person has a role in this project already." });
    seen.add(userId);
  }
  if (errors.length === 0) return;
  throw new AppError("invalid_input", "The project's people are wrong: see the fields.", { errors });
}

/** The project without a person who is gone; undefined where it does not name them. */
export function withoutPerson(project: Project, userId: string): Project | undefined {
  if (project.ownerId !== userId && !project.roles.some((role) => role.userId === userId)) return undefined;
  return {
    ...project,
    ownerId: project.ownerId === userId ? null : project.ownerId,
    roles: project.roles.filter((role) => role.userId !== userId),
  };
}
