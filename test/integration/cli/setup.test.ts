import assert from "node:assert/strict";
import { runCli } from "../../../server/cli/program.ts";
import { issueData, repositoryData } from "../../fixtures/github/samples.ts";
import { startGitHubServer, type GitHubServer } from "../../fixtures/github/server.ts";
import { makeHome, type Home } from "./aiops.ts";

describe("aiops setup", function () {
  this.timeout(90_000);
  let home: Home;
  let github: GitHubServer;
  beforeEach(async () => {
    home = await makeHome();
    home.env["AIOPS_KEY_FILE"] = `${home.dir}/keys.json`;
    const issues = [1, 2].map((number) => issueData({ number, title: `Issue ${number}` }));
    github = await startGitHubServer({
      repositories: [repositoryData(issues, { owner: "acme", name: "site" })],
      tokens: { ghp_right: { login: "robot", scopes: ["repo"] } },
    });
  });
  afterEach(async () => {
    await github.close();
    await home[Symbol.asyncDispose]();
  });

  /** Answers the questions that are asked, each by the word it has. */
  async function setup(answers: Record<string, string | string[]>) {
    const said = { code: -1, out: "", err: "", asked: [] as { question: string; secret: boolean }[] };
    const given = new Map(Object.entries(answers).map(([word, answer]) => [word, [answer].flat()]));
    said.code = await runCli(["setup"], {
      env: home.env,
      version: "0.0.0-test",
      cwd: home.dir,
      output: { out: (text) => void (said.out += text), err: (text) => void (said.err += text) },
      readInput: () => Promise.resolve(""),
      ask: (question, options) => {
        said.asked.push({ question, secret: options?.secret === true });
        const word = [...given.keys()].find((key) => question.includes(key));
        return Promise.resolve((word === undefined ? undefined : given.get(word)?.shift()) ?? "");
      },
    });
    return said;
  }
  const read = async (path: string) => {
    const { out } = await home.run(["request", "GET", path]);
    return (JSON.parse(out) as { items: Record<string, unknown>[] }).items;
  };

  it("leads to a project with its issues, asks again for a token that does not work, and shows none", async () => {
    const answers = {
      "Name of the organisation": "Acme Inc.",
      "Address of GitHub": github.url,
      Token: ["ghp_wrong", "ghp_right"],
      "Project there": "acme/site",
    };
    const said = await setup(answers);
    assert.equal(said.code, 0, said.err);
    assert.match(said.out, /GitHub answers to robot\./);
    assert.match(said.out, /site has 2 open issues/);
    assert.ok(said.asked.filter(({ question }) => question.startsWith("Token")).every(({ secret }) => secret));
    assert.ok(!/ghp_/.test(said.out + said.err));
    assert.deepEqual(
      (await read("/api/tenants")).map(({ slug, name }) => [slug, name]),
      [["acme-inc", "Acme Inc."]],
    );
    assert.equal((await read("/api/issues")).length, 2);

    // Begun again it changes nothing: the organisation is proposed, the rest is as it was.
    const again = await setup({ ...answers, "Name of the organisation": "", Token: "ghp_right" });
    assert.equal(again.code, 0, again.err);
    assert.match(again.asked[0]?.question ?? "", /\[Acme Inc\.\]/);
    assert.deepEqual([(await read("/api/tenants")).length, (await read("/api/projects")).length], [1, 1]);
  });

  it("ends with what to do where no token works, or an answer can't be used", async () => {
    const wrong = await setup({ "Address of GitHub": github.url, Token: ["a", "b", "c"] });
    assert.equal(wrong.code, 1);
    assert.match(wrong.err, /No token worked\. .* aiops setup/);
    const unknown = await setup({ "Tracker:": "bugzilla" });
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /"bugzilla" is none of github, gitlab, jira and none/);
    const none = await setup({ "Tracker:": "none" });
    assert.equal(none.code, 0);
    assert.match(none.out, /My organisation is there/);
  });
});
