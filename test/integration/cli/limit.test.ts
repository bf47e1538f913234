import assert from "node:assert/strict";
import { makeHome, type Home } from "./aiops.ts";

describe("aiops against a server that strangers ask too often", () => {
  let home: Home;
  beforeEach(async () => {
    home = await makeHome();
  });
  afterEach(() => home[Symbol.asyncDispose]());

  it("is not held up: the owner signs in by a proof, which the limit per address does not count", async () => {
    const { url } = await home.serve([], { AIOPS_ANONYMOUS_LIMIT: "1" });
    assert.equal((await fetch(`${url}/health`)).status, 200);
    assert.equal((await fetch(`${url}/health`)).status, 429);
    const { code, err } = await home.run(["issues", "list"]);
    assert.equal(code, 0, err);
  });
});
