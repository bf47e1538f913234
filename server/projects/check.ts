import type { ProjectInput } from "../../shared/entities/project.ts";
import { AppError } from "../../shared/errors.ts";
import { validateBranchName } from "../../shared/rules/names.ts";
import { validateRepositoryUrl, type RepositoryUrlRules } from "../../shared/rules/repository-url.ts";

/** What of a project's fields their form alone does not show. @throws AppError invalid_input, policy_unavailable */
export function checkProject(fields: Partial<ProjectInput>, rules: RepositoryUrlRules): void {
  const { repositoryUrl = "", defaultBranch = "", protectedBranches = [], redactionPolicy = "none" } = fields;
  if (repositoryUrl !== "") validateRepositoryUrl(repositoryUrl, rules);
  if (defaultBranch !== "") checkBranch(defaultBranch, "defaultBranch");
  // A `*` stands for any characters (rules/protected-branches.ts); the rest must be what a branch can be called.
  for (const [index, rule] of protectedBranches.entries()) {
    checkBranch(rule.replaceAll("*", "x"), `protectedBranches.${index}`);
  }
  if (redactionPolicy !== "none") {
    throw new AppError(
      "policy_unavailable",
      `The redaction policy ${redactionPolicy} is not built yet: only none can be chosen in this version.`,
      { errors: [{ path: "redactionPolicy", message: "only none is available" }] },
    );
  }
}

/** Names the field the branch stands in. @throws AppError invalid_input */
function checkBranch(branch: string, path: string): void {
  try {
    validateBranchName(branch);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, error.message, { errors: [{ path, message: error.message }], cause: error });
  }
}
