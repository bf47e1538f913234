import assert from "node:assert/strict";
import { isProtectedBranch } from "../../../shared/rules/protected-branches.ts";

describe("protected branches", () => {
  const rules = ["main", "release/*", "v1.0"];
  for (const branch of ["main", "release/1", "release/1/2", "v1.0"]) {
    it(`are ${branch}`, () => assert.equal(isProtectedBranch(branch, rules), true));
  }
  for (const branch of ["mainly", "domain", "release", "prerelease/1", "v100", "Main"]) {
    it(`are not ${branch}`, () => assert.equal(isProtectedBranch(branch, rules), false));
  }
  it("are none without rules", () => assert.equal(isProtectedBranch("main", []), false));
});
