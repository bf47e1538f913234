import { errorMessage } from "../../../shared/errors.ts";
import { fail, ok, type Check, type Finding, type Surroundings } from "../check.ts";

/**
 * `safe.directory=*` lets git of the server's user run what a foreign repository says (git-config(1)); aiops runs git as
 * the owner alone and never needs it.
 */
export const checkGitConfig: Check = async (surroundings) => {
  return [await checkScope("--system", surroundings), await checkScope("--global", surroundings)];
};

async function checkScope(scope: "--system" | "--global", { self }: Surroundings): Promise<Finding> {
  const check = `git ${scope.slice(2)}`;
  try {
    const argv = ["git", "config", scope, "--get-all", "safe.directory"];
    const { stdout } = await self.run(argv, { check: false, cwd: "/" });
    if (!stdout.split("\n").includes("*")) return ok(check, "no foreign repository is trusted");
    const sudo = scope === "--system" ? "sudo " : "";
    return fail(
      check,
      "safe.directory=* makes git trust everybody's repositories",
      `${sudo}git config ${scope} --unset-all safe.directory '^\\*$'`,
    );
  } catch (error) {
    return fail(check, errorMessage(error), "apt-get install git");
  }
}
