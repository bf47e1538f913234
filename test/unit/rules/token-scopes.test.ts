import assert from "node:assert/strict";
import { scopesAllow, tokenScopes } from "../../../shared/rules/token-scopes.ts";

describe("the scopes of a personal access token", () => {
  const read = { capability: "issues.read", effect: "read" } as const;
  const write = { capability: "issues.write", effect: "write" } as const;
  const destroy = { capability: "projects.write", effect: "destructive" } as const;

  it("are read, write and every single right", () => {
    assert.deepEqual(tokenScopes.slice(0, 2), ["read", "write"]);
    assert.ok(tokenScopes.includes("issues.write"));
  });

  it("reach as far as they say", () => {
    assert.deepEqual(
      [read, write, destroy].map((asked) => scopesAllow(["read"], asked)),
      [true, false, false],
    );
    assert.deepEqual(
      [read, write, destroy].map((asked) => scopesAllow(["write"], asked)),
      [true, true, true],
    );
    assert.deepEqual(
      [read, write, destroy].map((asked) => scopesAllow(["issues.write"], asked)),
      [false, true, false],
    );
    assert.deepEqual(
      [read, write, destroy].map((asked) => scopesAllow([], asked)),
      [false, false, false],
    );
  });
});
