import { verifyHelper } from "../../host/install-helper.ts";
import { fail, ok, type Check } from "../check.ts";

/** The helper that acts as other users: installed, and nobody but root could change it or what it loads. */
export const checkHelper: Check = ({ config }) => {
  if (config.mode !== "shared") return Promise.resolve([]);
  const problems = verifyHelper(config.helper);
  if (problems.length === 0) return Promise.resolve([ok("helper", config.helper)]);
  return Promise.resolve(problems.map(({ problem, mend }) => fail("helper", problem, mend)));
};
