/**
 * Whether pushes to a branch are refused by the project's rules. `*` in a rule stands for any run of characters, as in
 * `release/*`; all else for itself.
 */
export function isProtectedBranch(branch: string, rules: readonly string[]): boolean {
  return rules.some((rule) => {
    const parts = rule.split("*").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
    return new RegExp(`^${parts.join(".*")}$`, "s").test(branch);
  });
}
