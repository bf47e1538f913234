import type { ProjectInput } from "../../shared/entities/project.ts";
import { AppError } from "../../shared/errors.ts";
import { validateBranchName } from "../../shared/rules/names.ts";
import { validateRepositoryUrl, type RepositoryUrlRules } from "../../shared/rules/repository-url.ts";

/** What of a project's fields their form alone does not show. @throws AppError invalid_input, policy_unavailable */
export function checkProject(fields: Partial<ProjectInput>, rules: RepositoryUrlRules): void {
  const { repositoryUrl = "", defaultBranch = "", protectedBranches = [], redactionPolicy = "none" } = fields;
  if (repositoryUrl !== "") validateRepositoryUrl(repositoryUrl, rules);
  if (defaultBranch !== "") validateBranchName(defaultBranch);
  // A `*` stands for any characters (rules/protected-branches.ts); the rest must be what a branch can be called.
  for (const rule of protectedBranches) validateBranchName(rule.replaceAll("*", "x"));
  if (redactionPolicy !== "none") {
    throw new AppError(
      "policy_unavailable",
      `The redaction policy ${redactionPolicy} is not built yet: only none can be chosen in this version.`,
      { errors: [{ path: "redactionPolicy", message: "only none is available" }] },
    );
  }
}
