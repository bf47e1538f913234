import assert from "node:assert/strict";
import { checkVersions } from "../../../../extension/connection/version.ts";

describe("checkVersions", () => {
  it("takes any patch of the same major.minor", () => {
    checkVersions("1.4.0", "1.4.9");
    checkVersions("0.1.0", "0.1.0-next");
  });

  it("says which of the two must be upgraded", () => {
    assert.throws(() => checkVersions("1.4.0", "1.3.9"), { code: "conflict", message: /Upgrade the server/ });
    assert.throws(() => checkVersions("1.9.0", "2.0.0"), { code: "conflict", message: /Upgrade the extension/ });
  });
});
