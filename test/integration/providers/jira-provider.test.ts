import assert from "node:assert/strict";
import type { JiraProvider } from "../../../server/providers/jira/jira-provider.ts";
import { jiraComment, jiraIssue, jiraProject, minutesAfterStart } from "../../fixtures/jira/samples.ts";
import { waitFor } from "../../support/wait.ts";
import { collect, ids, isAppError, JiraStage, signal } from "./jira-stage.ts";

for (const flavour of ["cloud", "dataCenter"] as const) {
  describe(`reading Jira (${flavour})`, () => {
    const stage = new JiraStage(flavour);

    describe("listing issues", () => {
      it("gives every issue once, as it is", async () => {
        const bytes = Buffer.from("png");
        await stage.serve([
          ...Array.from({ length: 230 }, (_, index) => jiraIssue({ number: index + 1 })),
          jiraIssue({
            number: 231,
            summary: "With everything",
            description: stage.kept("Look"),
            status: "Done",
            labels: ["bug", "ünï"],
            assignee: "bob",
            reporter: null,
            fixVersions: ["1.0"],
            sprints: [
              { id: 1, name: "Sprint 1", state: "closed" },
              { id: 2, name: "Sprint, 2", state: "active" },
            ],
            attachments: [{ id: "77", filename: "shot.png", mimeType: "image/png", bytes }],
            closedAt: minutesAfterStart(500),
            comments: [
              jiraComment({ body: stage.kept("Second"), createdAt: minutesAfterStart(20), author: null }),
              jiraComment({ body: stage.kept("First"), createdAt: minutesAfterStart(10) }),
            ],
          }),
          jiraIssue({ number: 232, fixVersions: ["2.0"] }),
        ]);
        const issues = await collect(stage.provider());
        assert.equal(issues.length, 232);
        assert.equal(new Set(issues.map(({ key }) => key)).size, 232);
        const full = issues.find(({ key }) => key === "WID-231");
        assert.deepEqual(full && { ...full, comments: full.comments.map(({ id: _id, ...comment }) => comment) }, {
          key: "WID-231",
          externalId: stage.refOf(231).externalId,
          title: "With everything",
          body: "Look",
          rawStatus: "Done",
          category: "closed",
          labels: ["bug", "ünï"],
          assignees: [{ id: "bob", name: "Bob Builder" }],
          author: { id: "unknown", name: "Unknown" },
          milestone: "Sprint, 2",
          url: `${stage.server.url}/browse/WID-231`,
          commentCount: 2,
          createdAt: minutesAfterStart(231),
          updatedAt: minutesAfterStart(231),
          closedAt: minutesAfterStart(500),
          comments: [
            {
              author: { id: "bob", name: "Bob Builder" },
              body: "First",
              createdAt: minutesAfterStart(10),
              updatedAt: minutesAfterStart(1),
              fromCollaborator: false,
            },
            {
              author: { id: "unknown", name: "Unknown" },
              body: "Second",
              createdAt: minutesAfterStart(20),
              updatedAt: minutesAfterStart(1),
              fromCollaborator: false,
            },
          ],
        });
        assert.equal(issues.find(({ key }) => key === "WID-232")?.milestone, "2.0");
      });

      it("reads the comments that do not come with an issue", async () => {
        const comments = Array.from({ length: 230 }, (_, index) =>
          jiraComment({ body: stage.kept(`Comment ${index}`), createdAt: minutesAfterStart(index) }),
        );
        await stage.serve([
          jiraIssue({ number: 1, comments }),
          jiraIssue({ number: 2, comments: comments.slice(0, 20) }),
        ]);
        const [first, second] = await collect(stage.provider());
        assert.deepEqual(
          first?.comments.map(({ body }) => body),
          comments.map((_, index) => `Comment ${index}`),
        );
        assert.equal(second?.comments.length, 20);
        assert.equal(stage.server.exchanges.filter(({ path }) => path.endsWith("/comment")).length, 3);
      });

      it("says how far it is", async () => {
        await stage.serve(Array.from({ length: 150 }, (_, index) => jiraIssue({ number: index + 1 })));
        const seen: string[] = [];
        await collect(stage.provider(), {
          onProgress: ({ done, total, step }) => seen.push(`${step} ${done}/${total}`),
        });
        assert.deepEqual(seen, ["Fetching issues 100/150", "Fetching issues 150/150"]);
      });

      it("stops asking when the consumer stops", async () => {
        await stage.serve(
          Array.from({ length: 50 }, (_, index) => jiraIssue({ number: index + 1 })),
          { pageCap: 5, latencyMs: 5 },
        );
        for await (const page of stage.provider().listIssues("WID", { signal: signal() })) {
          assert.equal(page.length, 5);
          break;
        }
        const { requests } = stage.server;
        await waitFor(() => stage.server.exchanges.length === stage.server.requests, { what: "the answers under way" });
        assert.equal(stage.server.requests, requests);
        assert.ok(requests <= 5, `${requests} requests`);
      });

      it("tells a project that is empty from one that is not shown", async () => {
        await stage.serve([]);
        assert.deepEqual(await collect(stage.provider()), []);
        await assert.rejects(collect(stage.provider(), {}, "NOPE"), isAppError("provider_not_found", /NOPE/));
        assert.deepEqual(await ids(stage.provider()), []);
        await assert.rejects(ids(stage.provider(), "NOPE"), isAppError("provider_not_found", /NOPE/));
        const nothing = { kind: "body", text: '{"issues":[],"isLast":true,"total":0,"count":0}' } as const;
        stage.server.faults.add({ path: /\/search/, fault: nothing });
        await assert.rejects(collect(stage.provider(), {}, "NOPE"), isAppError("provider_not_found", /NOPE/));
        await assert.rejects(ids(stage.provider(), "NOPE"), isAppError("provider_not_found", /NOPE/));
      });

      for (const key of ["wid", "W", 'WID" OR project = "X', "WID/..", "", "1WID", "WID-1"]) {
        it(`refuses ${JSON.stringify(key)} for a project before asking`, async () => {
          await stage.serve([]);
          const refused = isAppError("invalid_input", /PROJ of PROJ-12/);
          await assert.rejects(collect(stage.provider(), {}, key), refused);
          await assert.rejects(ids(stage.provider(), key), refused);
          await assert.rejects(stage.provider().getIssue(key, { key: "WID-1", externalId: "1" }, signal()), refused);
          assert.equal(stage.server.requests, 0);
        });
      }

      it("gives all issues where some are deleted while it reads", async () => {
        await stage.serve(
          Array.from({ length: 30 }, (_, index) => jiraIssue({ number: index + 1 })),
          { pageCap: 10 },
        );
        const found: string[] = [];
        let pages = 0;
        for await (const page of stage.provider().listIssues("WID", { signal: signal() })) {
          found.push(...page.map(({ key }) => key));
          pages += 1;
          if (pages === 1) for (const number of [1, 2, 3]) stage.server.project("WID").remove(number);
        }
        const left = Array.from({ length: 27 }, (_, index) => `WID-${index + 4}`);
        assert.deepEqual(
          left.filter((key) => !found.includes(key)),
          [],
        );
        assert.equal(new Set(found).size, found.length);
      });

      it("tells the key that the project has by now", async () => {
        await stage.serve([jiraIssue({ number: 1 })]);
        stage.server.project("WID").rename("GAD");
        const names: string[] = [];
        const [issue] = await collect(stage.provider(), { onRenamed: (name) => names.push(name) });
        assert.deepEqual([issue?.key, names], ["GAD-1", ["GAD"]]);
        const ref = { key: "WID-1", externalId: issue?.externalId ?? "" };
        assert.equal((await stage.provider().getIssue("WID", ref, signal()))?.key, "GAD-1");
      });
    });

    describe("listing what changed", () => {
      /** Lists and answers the position with the keys. */
      async function list(tracker: JiraProvider, since?: string): Promise<{ keys: string[]; position: string }> {
        let position = "";
        const issues = await collect(tracker, { since, onPosition: (next) => (position = next) });
        return { keys: issues.map(({ key }) => key), position };
      }

      it("makes one request where nothing changed, also with a provider of its own", async () => {
        await stage.serve([jiraIssue({ number: 1 }), jiraIssue({ number: 2 })]);
        const { position } = await list(stage.provider());
        const before = stage.server.requests;
        assert.deepEqual((await list(stage.provider(), position)).keys, []);
        assert.equal(stage.server.requests - before, 1);
      });

      it("gives what changed, was commented or is new, and each change once", async () => {
        await stage.serve(Array.from({ length: 5 }, (_, index) => jiraIssue({ number: index + 1 })));
        const store = stage.server.project("WID");
        let { position } = await list(stage.provider());
        store.edit(store.get(2), { summary: "Changed" });
        store.addComment(store.get(4), "bob", stage.kept("Hello"));
        const created = store.create("ann", { summary: "New" });
        let keys: string[];
        ({ keys, position } = await list(stage.provider(), position));
        assert.deepEqual(keys.sort(), ["WID-2", "WID-4", `WID-${created.number}`]);
        ({ keys, position } = await list(stage.provider(), position));
        assert.deepEqual(keys, []);
      });

      it("finds a change whose time is shortly before what was listed: searches lag behind", async () => {
        await stage.serve([jiraIssue({ number: 1 }), jiraIssue({ number: 2, updatedAt: minutesAfterStart(10) })]);
        const { position } = await list(stage.provider());
        stage.server.project("WID").get(1).updatedAt = minutesAfterStart(9);
        assert.deepEqual((await list(stage.provider(), position)).keys, ["WID-1"]);
      });

      it("asks in milliseconds since 1970, which no time zone can move", async () => {
        for (const offsetMinutes of [-720, 330, 840]) {
          await stage.serve([jiraIssue({ number: 1 })], { offsetMinutes });
          const { position } = await list(stage.provider());
          stage.server.project("WID").edit(stage.server.project("WID").get(1), { summary: "Changed" });
          assert.deepEqual((await list(stage.provider(), position)).keys, ["WID-1"]);
          assert.match(stage.server.exchanges.at(-1)?.query.get("jql") ?? "", /updated >= \d{13} /);
          await stage.close();
        }
      });

      it("does not go past the beginning of a listing that lasts", async () => {
        let now = Date.parse(minutesAfterStart(100));
        const issues = Array.from({ length: 20 }, (_, index) => jiraIssue({ number: index + 1 }));
        await stage.serve(issues, { pageCap: 10, clock: { now: () => now } });
        const store = stage.server.project("WID");
        let position = "";
        let pages = 0;
        const listing = stage
          .provider()
          .listIssues("WID", { signal: signal(), onPosition: (next) => (position = next) });
        for await (const page of listing) {
          assert.ok(page.length > 0);
          pages += 1;
          if (pages > 1) continue;
          now += 60 * 60_000;
          store.edit(store.get(1), { summary: "Changed behind" });
          now += 60 * 60_000;
          store.edit(store.get(20), { summary: "Changed ahead" });
        }
        assert.ok((await list(stage.provider(), position)).keys.includes("WID-1"));
      });

      it("lists everything where the position is another site's, or none", async () => {
        await stage.serve([jiraIssue({ number: 1 })]);
        const { position } = await list(stage.provider());
        const other = JSON.stringify({ ...(JSON.parse(position) as object), base: "https://other.example" });
        for (const since of [other, "garbage", "{}"])
          assert.deepEqual((await list(stage.provider(), since)).keys, ["WID-1"]);
      });
    });

    it("lists the ids of all issues, cheaply", async () => {
      await stage.serve(Array.from({ length: 230 }, (_, index) => jiraIssue({ number: index + 1 })));
      const found = await ids(stage.provider());
      assert.deepEqual(
        new Set(found),
        new Set(
          stage.server
            .project("WID")
            .issues()
            .map(({ id }) => id),
        ),
      );
      const searches = stage.server.exchanges.filter(({ path }) => path.includes("/search"));
      assert.equal(searches.length, stage.cloud ? 1 : 3);
      assert.ok(searches.every(({ query }) => query.get("fields") === "id"));
    });

    describe("one issue", () => {
      it("is read with its comments", async () => {
        await stage.serve([jiraIssue({ number: 1, comments: [jiraComment({ body: stage.kept("Hi") })] })]);
        const found = await stage.provider().getIssue("WID", stage.refOf(1), signal());
        assert.deepEqual([found?.key, found?.comments.map(({ body }) => body)], ["WID-1", ["Hi"]]);
      });

      it("is null where it was deleted, or moved to another project", async () => {
        const other = jiraProject([], { key: "OTH" });
        await stage.serve([], { projects: [jiraProject([jiraIssue({ number: 1 }), jiraIssue({ number: 2 })]), other] });
        const [deleted, moved] = [stage.refOf(1), stage.refOf(2)];
        stage.server.project("WID").remove(1);
        stage.server.project("OTH").adopt(stage.server.project("WID"), 2);
        assert.equal(await stage.provider().getIssue("WID", deleted, signal()), null);
        assert.equal(await stage.provider().getIssue("WID", moved, signal()), null);
        assert.equal((await stage.provider().getIssue("OTH", moved, signal()))?.key, "OTH-1");
      });

      it("is refused where its id is more than an id", async () => {
        await stage.serve([]);
        const ref = { key: "WID-1", externalId: "1/../../project" };
        await assert.rejects(stage.provider().getIssue("WID", ref, signal()), isAppError("invalid_input", /neither/));
      });
    });

    it("does not take a refused token for an empty project", async () => {
      await stage.serve([jiraIssue({ number: 1 })]);
      let position = "";
      const own = stage.provider();
      await collect(own, { onPosition: (next) => (position = next) });
      const refused = isAppError("provider_unauthorized", /refuses/);
      await assert.rejects(collect(stage.provider({ token: "expired" }), { since: position }), refused);
    });
  });
}
