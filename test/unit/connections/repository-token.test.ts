import assert from "node:assert/strict";
import { repositoryAccess } from "../../../server/connections/repository-token.ts";

describe("where a connection's token opens repositories", () => {
  const cases = [
    ["github", "", "github.com", "x-access-token"],
    ["github", "https://api.github.com", "github.com", "x-access-token"],
    ["github", "https://ghe.example.org/api/v3", "ghe.example.org", "x-access-token"],
    ["gitlab", "", "gitlab.com", "oauth2"],
    ["gitlab", "https://git.example.org:8443/api/v4", "git.example.org:8443", "oauth2"],
  ] as const;
  for (const [provider, baseUrl, host, username] of cases) {
    it(`is ${host} for ${provider} at ${baseUrl || "the vendor's cloud"}`, () => {
      assert.deepEqual(repositoryAccess({ provider, baseUrl }), { host, username });
    });
  }
  it("is nowhere for Jira", () => assert.equal(repositoryAccess({ provider: "jira", baseUrl: "" }), null));
});
