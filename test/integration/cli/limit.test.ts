import assert from "node:assert/strict";
import { makeHome, type Home } from "./aiops.ts";

describe("aiops against a server that was asked too often", () => {
  let home: Home;
  beforeEach(async () => {
    home = await makeHome();
  });
  afterEach(() => home[Symbol.asyncDispose]());

  it("says to wait, and takes it for no stranger holding the data", async () => {
    const { url } = await home.serve([], { AIOPS_ANONYMOUS_LIMIT: "1" });
    assert.equal((await fetch(`${url}/health`)).status, 200);
    const { code, err } = await home.run(["issues", "list"]);
    assert.match(err, /Too many requests\. Wait \d+ s/);
    assert.equal(code, 1);
  });
});
