import assert from "node:assert/strict";
import type { ProviderIssue } from "../../../server/providers/provider.ts";
import type { IssueTracker } from "../../../server/providers/tracker.ts";
import { commentData, issueData, minutesAfterStart, repositoryData } from "../../fixtures/github/samples.ts";
import { token as gitLabToken, trackerOf, widgets } from "../../fixtures/gitlab/listing.ts";
import { gitLabIssues, gitLabProject } from "../../fixtures/gitlab/samples.ts";
import { startGitLabServer } from "../../fixtures/gitlab/server.ts";
import { jiraIssue } from "../../fixtures/jira/samples.ts";
import { GitHubStage, never } from "./github-stage.ts";
import { JiraStage } from "./jira-stage.ts";

interface Tracked extends AsyncDisposable {
  /** Another provider of the same connection, as after a restart. */
  provider: () => IssueTracker;
  project: string;
  requests: () => number;
  /** How many issues there are. */
  count: number;
}

interface Reading {
  issues: ProviderIssue[];
  /** Where it could go on, each with how many issues were given before. */
  checkpoints: { checkpoint: string; given: number }[];
  position: string;
  requests: number;
}

/** Lists everything, or as far as `upTo` checkpoints. */
async function read(tracked: Tracked, resume?: string, upTo = Number.POSITIVE_INFINITY): Promise<Reading> {
  const before = tracked.requests();
  const reading: Reading = { issues: [], checkpoints: [], position: "", requests: 0 };
  const pages = tracked.provider().listIssues(tracked.project, {
    signal: never,
    resume,
    onCheckpoint: (checkpoint) => reading.checkpoints.push({ checkpoint, given: reading.issues.length }),
    onPosition: (position) => (reading.position = position),
  });
  for await (const page of pages) {
    if (reading.checkpoints.length >= upTo) break;
    reading.issues.push(...page);
  }
  reading.requests = tracked.requests() - before;
  return reading;
}

const keysOf = (issues: readonly ProviderIssue[]): string[] => [...new Set(issues.map(({ key }) => key))].sort();

/** 950 issues, every fifth with a comment of its own. */
const gitHubIssues = () =>
  Array.from({ length: 950 }, (_, index) => {
    const number = index + 1;
    const at = minutesAfterStart(number);
    const comments = number % 5 === 0 ? [commentData({ body: `On ${number}`, createdAt: at, updatedAt: at })] : [];
    return issueData({ number, comments });
  });

async function gitHub(pagination: "pages" | "cursors"): Promise<Tracked & { stage: GitHubStage }> {
  const stage = await GitHubStage.open({ repositories: [repositoryData(gitHubIssues())], pagination });
  return {
    stage,
    provider: () => stage.provide(),
    project: "acme/widgets",
    requests: () => stage.server.requests,
    count: 950,
    [Symbol.asyncDispose]: () => stage.close(),
  };
}

async function gitLab(): Promise<Tracked> {
  const server = await startGitLabServer({
    projects: [gitLabProject(gitLabIssues(2_400))],
    tokens: { [gitLabToken]: { username: "ann", scopes: ["api"] } },
  });
  return {
    provider: () => trackerOf(server),
    project: widgets,
    requests: () => server.requests,
    count: 2_400,
    [Symbol.asyncDispose]: () => server.close(),
  };
}

describe("a listing that was broken off", () => {
  const cloud = new JiraStage("cloud");
  const dataCenter = new JiraStage("dataCenter");
  const jira = async (stage: JiraStage): Promise<Tracked> => {
    await stage.serve(Array.from({ length: 450 }, (_, index) => jiraIssue({ number: index + 1 })));
    return {
      provider: () => stage.provider(),
      project: "WID",
      requests: () => stage.server.requests,
      count: 450,
      [Symbol.asyncDispose]: () => stage.close(),
    };
  };
  const trackers: [name: string, open: () => Promise<Tracked>][] = [
    ["GitHub, whose pages are numbered", () => gitHub("pages")],
    ["GitHub, which hands out cursors", () => gitHub("cursors")],
    ["GitLab", gitLab],
    ["Jira Cloud", () => jira(cloud)],
    ["Jira Data Center", () => jira(dataCenter)],
  ];
  for (const [name, open] of trackers) {
    it(`goes on at ${name} from any of its checkpoints, and misses nothing`, async () => {
      await using tracked = await open();
      const whole = await read(tracked);
      const all = keysOf(whole.issues);
      assert.equal(all.length, tracked.count);
      assert.ok(whole.checkpoints.length >= 4, `${whole.checkpoints.length} checkpoints`);

      for (const { checkpoint, given } of whole.checkpoints) {
        const rest = await read(tracked, checkpoint);
        const together = keysOf([...whole.issues.slice(0, given), ...rest.issues]);
        assert.deepEqual(together, all, `after ${given} issues`);
        // By its place in the order of creation it may come to be behind what was given, never before it.
        assert.ok(rest.issues.length <= tracked.count, "no issue is given twice");
      }
      const late = whole.checkpoints.at(-1);
      assert.ok(late);
      const rest = await read(tracked, late.checkpoint);
      assert.ok(rest.issues.length < tracked.count / 2, `${rest.issues.length} issues after the last checkpoint`);
      assert.ok(rest.requests < whole.requests, `${rest.requests} requests instead of ${whole.requests}`);

      let changed = 0;
      const changes = tracked.provider().listIssues(tracked.project, { signal: never, since: rest.position });
      for await (const page of changes) changed += page.length;
      assert.ok(changed <= 10, `${changed} issues of the last minutes, which listings overlap by`);
    });

    it(`goes on at ${name} more than once, with what was made meanwhile`, async () => {
      await using tracked = await open();
      const first = await read(tracked, undefined, 1);
      const second = await read(tracked, first.checkpoints.at(-1)?.checkpoint, 1);
      const draft = { title: "Made meanwhile", body: "", labels: [], assignees: [] };
      const made = await tracked.provider().createIssue(tracked.project, draft, never);
      const third = await read(tracked, second.checkpoints.at(-1)?.checkpoint);
      const issues = [first, second, third].flatMap((reading) => reading.issues);
      assert.equal(keysOf(issues).length, tracked.count + 1);
      assert.ok(third.issues.some(({ key }) => key === made.key));
    });

    it(`begins anew at ${name} where that is no place in its listing`, async () => {
      await using tracked = await open();
      const { checkpoints } = await read(tracked, undefined, 1);
      const strange = JSON.parse(checkpoints[0]?.checkpoint ?? "") as Record<string, unknown>;
      const elsewhere = JSON.stringify({ ...strange, project: "OTHER", repository: "acme/other" });
      for (const checkpoint of ["", "{}", elsewhere]) {
        await assert.rejects(read(tracked, checkpoint), { code: "invalid_input" });
      }
    });
  }

  it("says so at GitHub where pages have moved, and brings the comments of what is left", async () => {
    await using tracked = await gitHub("pages");
    const { checkpoints } = await read(tracked);
    const middle = checkpoints.find(({ given }) => given >= 500);
    assert.ok(middle);
    const rest = await read(tracked, middle.checkpoint);
    const commented = rest.issues.filter(({ commentCount }) => commentCount > 0);
    assert.ok(commented.length > 50);
    for (const { key, comments } of commented)
      assert.deepEqual(
        comments.map(({ body }) => body),
        [`On ${key.slice(1)}`],
      );
    assert.equal(tracked.stage.count("GET", /\/issues\/\d+\/comments$/), 0, "none is asked for by itself");

    tracked.stage.store.remove(7);
    await assert.rejects(read(tracked, middle.checkpoint), { code: "invalid_input" });
  });
});
