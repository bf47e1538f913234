import assert from "node:assert/strict";
import { gitHubAccount } from "../../../shared/rules/github-account.ts";

describe("rules: where the token of VS Code's GitHub sign-in may go", () => {
  const enterprise = "https://ghe.example.org";
  for (const [baseUrl, account] of [
    ["", "github"],
    ["https://api.github.com", "github"],
    ["https://api.github.com/", "github"],
    ["https://ghe.example.org/api/v3", "github-enterprise"],
    ["https://ghe.example.org.evil.example/api/v3", undefined],
    ["https://ghe.example.org:8443/api/v3", undefined],
    ["http://ghe.example.org/api/v3", undefined],
    ["http://api.github.com", undefined],
    ["https://api.github.com.evil.example", undefined],
    ["https://api.github.com@evil.example", undefined],
    ["not an address", undefined],
  ] as const) {
    it(`${JSON.stringify(baseUrl)}: ${account ?? "nowhere"}`, () => {
      assert.equal(gitHubAccount(baseUrl, enterprise), account);
    });
  }

  it("nowhere for an address without an origin, whatever the setting says", () => {
    assert.equal(gitHubAccount("file:///x", "null"), undefined);
    assert.equal(gitHubAccount("https://ghe.example.org/api/v3", null), undefined);
  });
});
