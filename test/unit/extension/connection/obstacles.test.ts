import assert from "node:assert/strict";
import { needsPerson, obstacleOf } from "../../../../extension/connection/obstacles.ts";
import { AppError, type ErrorCode } from "../../../../shared/errors.ts";

const error = (code: ErrorCode, data: Record<string, unknown> = {}) => new AppError(code, "no", { data });

describe("what keeps a person from their server", () => {
  const hostIdentity = true;
  for (const [what, found, obstacle, waits] of [
    ["nobody answers", error("unavailable"), "noServer", false],
    ["the shared server's file is not root's", error("unsafe_path", { sharedServer: true }), "noServer", true],
    ["the sign-in has ended", error("unauthenticated"), "signedOut", true],
    ["nobody works as this Linux user", error("forbidden", { hostIdentity }), "unknownHere", true],
    ["several people work as this Linux user", error("conflict", { hostIdentity }), "notAdmitted", true],
    ["this is root", error("unauthenticated", { hostIdentity }), "notAdmitted", true],
    ["the versions differ", error("conflict", { upgrade: "server" }), "incompatible", true],
  ] as const) {
    it(`is told where ${what}, and ${waits ? "waits for them" : "is tried again by itself"}`, () => {
      assert.equal(obstacleOf(found), obstacle);
      assert.equal(needsPerson(found), waits);
    });
  }
});
