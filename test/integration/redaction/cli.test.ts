import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { makeHome, type Home } from "../cli/aiops.ts";

describe("aiops redact", function () {
  this.timeout(120_000);
  let home: Home;
  beforeEach(async () => {
    home = await makeHome();
  });
  afterEach(async () => home[Symbol.asyncDispose]());

  const redact = async (input: string, ...args: string[]) => {
    const { code, out, err } = await home.run(["redact", ...args], { input });
    assert.equal(code, 0, err);
    return { out, err };
  };
  const input = "John Smith <john@x.org>, card 4111111111111111\n";

  it("works without a server, says so, and makes none", async () => {
    const { out, err } = await redact(input);
    assert.equal(out, "John S. <<EMAIL_ADDRESS>>, card <CREDIT_CARD>\n");
    assert.match(err, /no server runs/);
    await assert.rejects(stat(home.dataDir), { code: "ENOENT" });
    assert.equal(
      (await redact(input, "--offline", "--policy", "cjis")).out,
      "John S. <john@x.org>, card 4111111111111111\n",
    );
    assert.equal((await redact(input, "--offline", "--policy", "none")).out, input);
    const json = JSON.parse((await redact("a@x.org", "--offline", "--json")).out) as unknown;
    assert.deepEqual(json, {
      policy: "phi",
      text: "<EMAIL_ADDRESS>",
      replacements: [{ kind: "EMAIL_ADDRESS", start: 0, end: 7, replacement: "<EMAIL_ADDRESS>" }],
      counts: { EMAIL_ADDRESS: 1 },
    });
  });

  it("gives nothing back of what it can't redact, or is told wrongly", async () => {
    const long = await home.run(["redact", "--offline"], { input: "a@x.org ".repeat(200_000) });
    assert.deepEqual([long.code, long.out], [1, ""]);
    assert.match(long.err, /can be redacted at once/);
    const policy = await home.run(["redact", "--policy", "loose"], { input });
    assert.deepEqual([policy.code, policy.out], [2, ""]);
    const both = await home.run(["redact", "--offline", "--project", "web"], { input });
    assert.deepEqual([both.code, both.out], [2, ""]);
  });

  it("knows the server's people, clients and hosts, and a project's policy", async () => {
    await home.serve();
    const request = async (path: string, body: unknown): Promise<{ id: string }> => {
      const { code, out, err } = await home.run(["request", "POST", path, "--data", JSON.stringify(body)]);
      assert.equal(code, 0, err);
      return JSON.parse(out) as { id: string };
    };
    const { id: tenantId } = await request("/api/tenants", { slug: "blue-heron", name: "Blue Heron Care" });
    await request("/api/users", { email: "x.quill@heron.example", username: "xq-desk", name: "Xanthe Quill" });
    await request("/api/projects", {
      tenantId,
      slug: "web",
      name: "Web",
      repositoryUrl: "https://git.heron.example/a/web.git",
    });
    const text = "xanthe quill (xq-desk) of BLUE HERON CARE pushed to git.heron.example; QUILL asked a@x.org";
    const { out, err } = await redact(text);
    assert.equal(out, "Xanthe Q. (Xanthe Q.) of <LOCATION> pushed to <LOCATION_2>; Xanthe Q. asked <EMAIL_ADDRESS>");
    assert.equal(err, "");
    assert.equal((await redact(text, "--project", "web")).out, text, "the project's own policy is none");
    assert.equal((await redact("a@x.org", "--project", "web", "--policy", "phi")).out, "<EMAIL_ADDRESS>");
    const missing = await home.run(["redact", "--project", "nowhere"], { input: text });
    assert.deepEqual([missing.code, missing.out], [3, ""]);
  });
});
