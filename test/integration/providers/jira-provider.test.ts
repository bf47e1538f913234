import assert from "node:assert/strict";
import type { JiraAttachmentOptions } from "../../../server/providers/jira/attachments.ts";
import type { JiraClientOptions } from "../../../server/providers/jira/client.ts";
import { JiraProvider } from "../../../server/providers/jira/jira-provider.ts";
import type { ProviderIssue } from "../../../server/providers/provider.ts";
import type { ChangeListOptions, IssueRef } from "../../../server/providers/tracker.ts";
import type { ErrorCode } from "../../../shared/errors.ts";
import { AppError } from "../../../shared/errors.ts";
import type { JiraIssueData } from "../../fixtures/jira/model.ts";
import { documentOf, jiraComment, jiraIssue, jiraProject, minutesAfterStart } from "../../fixtures/jira/samples.ts";
import { type JiraServer, type JiraServerOptions, startJiraServer } from "../../fixtures/jira/server.ts";
import { waitFor } from "../../support/wait.ts";

const token = "canary-0123456789";
const email = "ann@example.org";
/** Waiting a hundredth of the real time. */
const quick: JiraClientOptions = { retryStepMs: 10 };

for (const flavour of ["cloud", "dataCenter"] as const) {
  const cloud = flavour === "cloud";
  /** A text as this Jira keeps it. */
  const kept = (text: string): unknown => (cloud ? documentOf(text) : text);

  describe(`the Jira provider, ${cloud ? "Cloud" : "Data Center"}`, () => {
    let server: JiraServer;

    async function serve(issues: JiraIssueData[], options: Partial<JiraServerOptions> = {}): Promise<void> {
      server = await startJiraServer({
        flavour,
        projects: [jiraProject(issues)],
        credentials: { [cloud ? Buffer.from(`${email}:${token}`).toString("base64") : token]: "ann" },
        basePath: cloud ? "" : "/jira",
        record: true,
        ...options,
      });
    }
    afterEach(() => server.close());

    function provider(
      options: JiraClientOptions & JiraAttachmentOptions & { token?: string; baseUrl?: string } = {},
    ): JiraProvider {
      const { token: own = token, baseUrl = server.url, ...rest } = options;
      const connection = { id: "connection", provider: "jira" as const, baseUrl, token: own };
      return new JiraProvider({ ...connection, ...(cloud && { email }) }, { ...quick, ...rest });
    }

    const refOf = (number: number): IssueRef => ({
      key: `WID-${number}`,
      externalId: server.project("WID").get(number).id,
    });

    describe("listing issues", () => {
      it("gives every issue once, as it is", async () => {
        const bytes = Buffer.from("png");
        await serve([
          ...Array.from({ length: 230 }, (_, index) => jiraIssue({ number: index + 1 })),
          jiraIssue({
            number: 231,
            summary: "With everything",
            description: kept("Look"),
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
              jiraComment({ body: kept("Second"), createdAt: minutesAfterStart(20), author: null }),
              jiraComment({ body: kept("First"), createdAt: minutesAfterStart(10) }),
            ],
          }),
          jiraIssue({ number: 232, fixVersions: ["2.0"] }),
        ]);
        const issues = await collect(provider());
        assert.equal(issues.length, 232);
        assert.equal(new Set(issues.map(({ key }) => key)).size, 232);
        const full = issues.find(({ key }) => key === "WID-231");
        assert.deepEqual(full && { ...full, comments: full.comments.map(({ id: _id, ...comment }) => comment) }, {
          key: "WID-231",
          externalId: refOf(231).externalId,
          title: "With everything",
          body: "Look",
          rawStatus: "Done",
          category: "closed",
          labels: ["bug", "ünï"],
          assignees: [{ id: "bob", name: "Bob Builder" }],
          author: { id: "unknown", name: "Unknown" },
          milestone: "Sprint, 2",
          url: `${server.url}/browse/WID-231`,
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
          jiraComment({ body: kept(`Comment ${index}`), createdAt: minutesAfterStart(index) }),
        );
        await serve([jiraIssue({ number: 1, comments }), jiraIssue({ number: 2, comments: comments.slice(0, 20) })]);
        const [first, second] = await collect(provider());
        assert.deepEqual(
          first?.comments.map(({ body }) => body),
          comments.map((_, index) => `Comment ${index}`),
        );
        assert.equal(second?.comments.length, 20);
        assert.equal(server.exchanges.filter(({ path }) => path.endsWith("/comment")).length, 3);
      });

      it("says how far it is", async () => {
        await serve(Array.from({ length: 150 }, (_, index) => jiraIssue({ number: index + 1 })));
        const seen: string[] = [];
        await collect(provider(), { onProgress: ({ done, total, step }) => seen.push(`${step} ${done}/${total}`) });
        assert.deepEqual(seen, ["Fetching issues 100/150", "Fetching issues 150/150"]);
      });

      it("stops asking when the consumer stops", async () => {
        await serve(
          Array.from({ length: 50 }, (_, index) => jiraIssue({ number: index + 1 })),
          { pageCap: 5, latencyMs: 5 },
        );
        for await (const page of provider().listIssues("WID", options())) {
          assert.equal(page.length, 5);
          break;
        }
        const { requests } = server;
        await waitFor(() => server.exchanges.length === server.requests, { what: "the answers under way" });
        assert.equal(server.requests, requests);
        assert.ok(requests <= 5, `${requests} requests`);
      });

      it("tells a project that is empty from one that is not shown", async () => {
        await serve([]);
        assert.deepEqual(await collect(provider()), []);
        await assert.rejects(collect(provider(), {}, "NOPE"), isAppError("provider_not_found", /NOPE/));
        assert.deepEqual(await ids(provider()), []);
        await assert.rejects(ids(provider(), "NOPE"), isAppError("provider_not_found", /NOPE/));
      });

      for (const key of ["wid", "W", 'WID" OR project = "X', "WID/..", "", "1WID", "WID-1"]) {
        it(`refuses ${JSON.stringify(key)} for a project before asking`, async () => {
          await serve([]);
          const refused = isAppError("invalid_input", /PROJ of PROJ-12/);
          await assert.rejects(collect(provider(), {}, key), refused);
          await assert.rejects(ids(provider(), key), refused);
          await assert.rejects(provider().getIssue(key, { key: "WID-1", externalId: "1" }, signal()), refused);
          assert.equal(server.requests, 0);
        });
      }

      it("gives all issues where some are deleted while it reads", async () => {
        await serve(
          Array.from({ length: 30 }, (_, index) => jiraIssue({ number: index + 1 })),
          { pageCap: 10 },
        );
        const found: string[] = [];
        let pages = 0;
        for await (const page of provider().listIssues("WID", options())) {
          found.push(...page.map(({ key }) => key));
          pages += 1;
          if (pages === 1) for (const number of [1, 2, 3]) server.project("WID").remove(number);
        }
        const left = Array.from({ length: 27 }, (_, index) => `WID-${index + 4}`);
        assert.deepEqual(
          left.filter((key) => !found.includes(key)),
          [],
        );
        assert.equal(new Set(found).size, found.length);
      });

      it("tells the key that the project has by now", async () => {
        await serve([jiraIssue({ number: 1 })]);
        server.project("WID").rename("GAD");
        const names: string[] = [];
        const [issue] = await collect(provider(), { onRenamed: (name) => names.push(name) });
        assert.deepEqual([issue?.key, names], ["GAD-1", ["GAD"]]);
        const ref = { key: "WID-1", externalId: issue?.externalId ?? "" };
        assert.equal((await provider().getIssue("WID", ref, signal()))?.key, "GAD-1");
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
        await serve([jiraIssue({ number: 1 }), jiraIssue({ number: 2 })]);
        const { position } = await list(provider());
        const before = server.requests;
        assert.deepEqual((await list(provider(), position)).keys, []);
        assert.equal(server.requests - before, 1);
      });

      it("gives what changed, was commented or is new, and each change once", async () => {
        await serve(Array.from({ length: 5 }, (_, index) => jiraIssue({ number: index + 1 })));
        const store = server.project("WID");
        let { position } = await list(provider());
        store.edit(store.get(2), { summary: "Changed" });
        store.addComment(store.get(4), "bob", kept("Hello"));
        const created = store.create("ann", { summary: "New" });
        let keys: string[];
        ({ keys, position } = await list(provider(), position));
        assert.deepEqual(keys.sort(), ["WID-2", "WID-4", `WID-${created.number}`]);
        ({ keys, position } = await list(provider(), position));
        assert.deepEqual(keys, []);
      });

      it("finds a change whose time is shortly before what was listed: searches lag behind", async () => {
        await serve([jiraIssue({ number: 1 }), jiraIssue({ number: 2, updatedAt: minutesAfterStart(10) })]);
        const { position } = await list(provider());
        server.project("WID").get(1).updatedAt = minutesAfterStart(9);
        assert.deepEqual((await list(provider(), position)).keys, ["WID-1"]);
      });

      it("asks in milliseconds since 1970, which no time zone can move", async () => {
        for (const offsetMinutes of [-720, 330, 840]) {
          await serve([jiraIssue({ number: 1 })], { offsetMinutes });
          const { position } = await list(provider());
          server.project("WID").edit(server.project("WID").get(1), { summary: "Changed" });
          assert.deepEqual((await list(provider(), position)).keys, ["WID-1"]);
          assert.match(server.exchanges.at(-1)?.query.get("jql") ?? "", /updated >= \d{13} /);
          await server.close();
        }
      });

      it("does not go past the beginning of a listing that lasts", async () => {
        let now = Date.parse(minutesAfterStart(100));
        const issues = Array.from({ length: 20 }, (_, index) => jiraIssue({ number: index + 1 }));
        await serve(issues, { pageCap: 10, clock: { now: () => now } });
        const store = server.project("WID");
        let position = "";
        let pages = 0;
        const listing = provider().listIssues("WID", { ...options(), onPosition: (next) => (position = next) });
        for await (const page of listing) {
          assert.ok(page.length > 0);
          pages += 1;
          if (pages > 1) continue;
          now += 60 * 60_000;
          store.edit(store.get(1), { summary: "Changed behind" });
          now += 60 * 60_000;
          store.edit(store.get(20), { summary: "Changed ahead" });
        }
        assert.ok((await list(provider(), position)).keys.includes("WID-1"));
      });

      it("lists everything where the position is another site's, or none", async () => {
        await serve([jiraIssue({ number: 1 })]);
        const { position } = await list(provider());
        const other = JSON.stringify({ ...(JSON.parse(position) as object), base: "https://other.example" });
        for (const since of [other, "garbage", "{}"]) assert.deepEqual((await list(provider(), since)).keys, ["WID-1"]);
      });
    });

    it("lists the ids of all issues, cheaply", async () => {
      await serve(Array.from({ length: 230 }, (_, index) => jiraIssue({ number: index + 1 })));
      const found = await ids(provider());
      assert.deepEqual(
        new Set(found),
        new Set(
          server
            .project("WID")
            .issues()
            .map(({ id }) => id),
        ),
      );
      const searches = server.exchanges.filter(({ path }) => path.includes("/search"));
      assert.equal(searches.length, cloud ? 1 : 3);
      assert.ok(searches.every(({ query }) => query.get("fields") === "id"));
    });

    describe("one issue", () => {
      it("is read with its comments", async () => {
        await serve([jiraIssue({ number: 1, comments: [jiraComment({ body: kept("Hi") })] })]);
        const found = await provider().getIssue("WID", refOf(1), signal());
        assert.deepEqual([found?.key, found?.comments.map(({ body }) => body)], ["WID-1", ["Hi"]]);
      });

      it("is null where it was deleted, or moved to another project", async () => {
        const other = jiraProject([], { key: "OTH" });
        await serve([], { projects: [jiraProject([jiraIssue({ number: 1 }), jiraIssue({ number: 2 })]), other] });
        const [deleted, moved] = [refOf(1), refOf(2)];
        server.project("WID").remove(1);
        server.project("OTH").adopt(server.project("WID"), 2);
        assert.equal(await provider().getIssue("WID", deleted, signal()), null);
        assert.equal(await provider().getIssue("WID", moved, signal()), null);
        assert.equal((await provider().getIssue("OTH", moved, signal()))?.key, "OTH-1");
      });

      it("is refused where its id is more than an id", async () => {
        await serve([]);
        const ref = { key: "WID-1", externalId: "1/../../project" };
        await assert.rejects(provider().getIssue("WID", ref, signal()), isAppError("invalid_input", /neither/));
      });
    });

    describe("writing", () => {
      it("creates an issue of the first ordinary type", async () => {
        await serve([]);
        const draft = { title: "New", body: "Some *text*", labels: ["bug"], assignees: ["bob"] };
        const created = await provider().createIssue("WID", draft, signal());
        assert.deepEqual(
          [created.key, created.title, created.body, created.labels, created.assignees.map(({ id }) => id)],
          ["WID-1", "New", "Some _text_", ["bug"], ["bob"]],
        );
        const sent = server.exchanges.find(({ method, path }) => method === "POST" && path.endsWith("/issue"));
        assert.ok(sent);
        const { fields } = sent.requestBody as { fields: Record<string, unknown> };
        assert.deepEqual(fields["issuetype"], { id: "10001" });
        assert.deepEqual(fields["assignee"], cloud ? { accountId: "bob" } : { name: "bob" });
        assert.equal(typeof fields["description"], cloud ? "object" : "string");
        assert.equal(created.rawStatus, server.project("WID").get(1).status);
      });

      it("sends nothing that is empty with a new issue", async () => {
        await serve([]);
        await provider().createIssue("WID", { title: "Bare", body: "", labels: [], assignees: [] }, signal());
        const sent = server.exchanges.find(({ method, path }) => method === "POST" && path.endsWith("/issue"));
        assert.ok(sent);
        const { fields } = sent.requestBody as { fields: object };
        assert.deepEqual(Object.keys(fields).sort(), ["issuetype", "project", "summary"]);
      });

      it("says which fields a project wants of a new issue", async () => {
        await serve([], { projects: [jiraProject([], { requiredFields: { customfield_1: "Root cause" } })] });
        const draft = { title: "New", body: "", labels: [], assignees: [] };
        await assert.rejects(provider().createIssue("WID", draft, signal()), (error) => {
          assert.ok(isAppError("invalid_input", /Root cause is required/)(error));
          assert.deepEqual((error as AppError).errors, [{ path: "customfield_1", message: "Root cause is required." }]);
          return true;
        });
      });

      it("says that the account may not create issues", async () => {
        await serve([]);
        server.project("WID").mayCreate = false;
        const draft = { title: "New", body: "", labels: [], assignees: [] };
        await assert.rejects(
          provider().createIssue("WID", draft, signal()),
          isAppError("provider_forbidden", /"Create issues"/),
        );
      });

      it("changes what is named and nothing else", async () => {
        await serve([jiraIssue({ number: 1, description: kept("Old"), labels: ["a"], assignee: "ann" })]);
        const change = { title: "Changed", labels: ["b", "c"], assignees: [] };
        const changed = await provider().updateIssue("WID", refOf(1), change, signal());
        assert.deepEqual(
          [changed.title, changed.body, changed.labels, changed.assignees],
          ["Changed", "Old", ["b", "c"], []],
        );
        const body = "# Title\n\n- one\n- two `code`";
        assert.equal((await provider().updateIssue("WID", refOf(1), { body }, signal())).body, body);
      });

      it("comments", async () => {
        await serve([jiraIssue({ number: 1 })]);
        const written = await provider().addComment("WID", refOf(1), "It is **done**", signal());
        assert.deepEqual([written.author.name, written.body], ["Ann Admin", "It is **done**"]);
        const stored = server.project("WID").get(1).comments[0];
        assert.equal(stored?.id, written.id);
        if (!cloud) assert.equal(stored?.body, "It is *done*");
      });

      it("refuses labels with spaces, and two assignees, before anything is sent", async () => {
        await serve([jiraIssue({ number: 1 })]);
        const update = (change: object) => provider().updateIssue("WID", refOf(1), change, signal());
        await assert.rejects(update({ labels: ["two words"] }), isAppError("invalid_input", /write "two-words"/));
        await assert.rejects(update({ assignees: ["ann", "bob"] }), isAppError("invalid_input", /one assignee/));
        await assert.rejects(update({ body: "x".repeat(40_000) }), isAppError("too_large", /32767/));
        assert.ok(server.exchanges.every(({ method }) => method === "GET"));
      });

      it("says what Jira does not like", async () => {
        await serve([jiraIssue({ number: 1 })]);
        const update = provider().updateIssue("WID", refOf(1), { assignees: ["nobody"] }, signal());
        await assert.rejects(update, isAppError("invalid_input", /valid value for assignee/));
      });
    });

    describe("changing the status", () => {
      const twoDone = jiraProject([jiraIssue({ number: 1 })], {
        statuses: [
          { name: "To Do", category: "new" },
          { name: "Done", category: "done" },
          { name: "Won't do", category: "done" },
        ],
        transitions: [
          { id: "1", name: "Finish", to: "Done" },
          { id: "2", name: "Finish anyway", to: "Done", requires: ["Resolution"] },
          { id: "3", name: "Give up", to: "Won't do", requires: ["Root cause", "Resolution"] },
        ],
      });

      it("closes and opens again by the step that leads there", async () => {
        await serve([jiraIssue({ number: 1 })], {
          projects: [
            jiraProject([jiraIssue({ number: 1 })], {
              transitions: [
                { id: "31", name: "Finish", from: ["To Do"], to: "Done" },
                { id: "41", name: "Reopen", from: ["Done"], to: "To Do" },
              ],
            }),
          ],
        });
        const closed = await provider().updateIssue("WID", refOf(1), { status: "closed" }, signal());
        assert.deepEqual([closed.rawStatus, closed.category], ["Done", "closed"]);
        assert.ok(closed.closedAt !== null);
        const opened = await provider().updateIssue("WID", refOf(1), { status: "open" }, signal());
        assert.deepEqual([opened.rawStatus, opened.category, opened.closedAt], ["To Do", "open", null]);
      });

      it("takes no step where the issue is there already", async () => {
        await serve([jiraIssue({ number: 1, status: "In Progress" })]);
        await provider().updateIssue("WID", refOf(1), { status: "open" }, signal());
        await provider().updateIssue("WID", refOf(1), { rawStatus: "in progress" }, signal());
        assert.equal(server.project("WID").get(1).status, "In Progress");
        assert.ok(server.exchanges.every(({ method }) => method === "GET"));
      });

      it("asks which where several would do, before anything is written", async () => {
        await serve([], { projects: [twoDone] });
        const change = { title: "Changed", status: "closed" } as const;
        await assert.rejects(provider().updateIssue("WID", refOf(1), change, signal()), (error) => {
          assert.ok(isAppError("conflict", /choose "Done" or "Won't do"/)(error));
          assert.deepEqual((error as AppError).data["choices"], ["Done", "Won't do"]);
          return true;
        });
        assert.equal(server.project("WID").get(1).summary, "Issue 1");
        const chosen = await provider().updateIssue("WID", refOf(1), { ...change, rawStatus: "Done" }, signal());
        assert.deepEqual([chosen.rawStatus, chosen.title], ["Done", "Changed"]);
      });

      it("says which fields a step wants", async () => {
        await serve([], { projects: [twoDone] });
        await assert.rejects(
          provider().updateIssue("WID", refOf(1), { rawStatus: "Won't do" }, signal()),
          isAppError("conflict", /asks for Root cause, Resolution/),
        );
      });

      it("says that the account may take no step, or none that leads there", async () => {
        await serve([jiraIssue({ number: 1 })], {
          projects: [
            jiraProject([jiraIssue({ number: 1 })], { transitions: [{ id: "1", name: "Start", to: "In Progress" }] }),
          ],
        });
        const close = () => provider().updateIssue("WID", refOf(1), { status: "closed" }, signal());
        await assert.rejects(close(), isAppError("provider_forbidden", /only to "In Progress"/));
        await assert.rejects(
          provider().updateIssue("WID", refOf(1), { rawStatus: "Nowhere" }, signal()),
          isAppError("provider_forbidden", /no step to "Nowhere"/),
        );
        server.project("WID").mayTransition = false;
        await assert.rejects(close(), isAppError("provider_forbidden", /"Transition issues"/));
      });

      it("says that the rest was saved where only the step fails", async () => {
        await serve([jiraIssue({ number: 1 })]);
        server.faults.add({ method: "POST", path: /transitions/, fault: { kind: "status", status: 403 } });
        await assert.rejects(
          provider().updateIssue("WID", refOf(1), { title: "Changed", status: "closed" }, signal()),
          isAppError("provider_forbidden", /other changes of WID-1 were saved, but not its status/),
        );
        assert.equal(server.project("WID").get(1).summary, "Changed");
      });
    });

    it("offers labels, people, and the statuses an issue can go to", async () => {
      await serve([jiraIssue({ number: 1, labels: ["b", "a"] })]);
      const choices = await provider().choices("WID", refOf(1), signal());
      assert.deepEqual(choices, {
        labels: ["a", "b"],
        assignees: [
          { id: "ann", name: "Ann Admin" },
          { id: "bob", name: "Bob Builder" },
        ],
        statuses: [
          { name: "In Progress", status: "open" },
          { name: "Done", status: "closed" },
        ],
      });
      assert.deepEqual((await provider().choices("WID", null, signal())).statuses, []);
    });

    it("tells what the account may do in a project", async () => {
      await serve([]);
      server.project("WID").mayTransition = false;
      const abilities = await provider().projectAbilities("WID", signal());
      assert.deepEqual([abilities.create, abilities.changeStatus, abilities.edit], [true, false, true]);
    });

    describe("attachments", () => {
      const bytes = Buffer.from("\x89PNG\r\n\x1a\nand more", "latin1");
      const withPicture = jiraIssue({
        number: 1,
        attachments: [{ id: "77", filename: "my shot.png", mimeType: "image/png", bytes }],
        description: cloud
          ? { type: "doc", version: 1, content: [{ type: "mediaSingle", content: [mediaNode("my shot.png")] }] }
          : "!my shot.png|thumbnail!",
      });
      const fetched = (url: string, maxBytes = 1000, options: JiraAttachmentOptions = {}) =>
        provider({ mediaOrigins: [server.media.url], ...options }).fetchAttachment(url, maxBytes, signal());

      it("stand in texts as pictures that can be fetched", async () => {
        await serve([withPicture]);
        const [issue] = await collect(provider());
        const [, url = ""] = /^!\[my shot\.png\]\((\S+)\)$/.exec(issue?.body ?? "") ?? [];
        assert.ok(url.startsWith(server.url), issue?.body);
        assert.deepEqual(await fetched(url), { contentType: "image/png", bytes });
        for (const headers of server.media.requests) assert.equal(headers.authorization, undefined);
        assert.equal(server.media.requests.length, cloud ? 1 : 0);
      });

      it("are fetched from this site alone, and only up to a size", async () => {
        await serve([withPicture]);
        const own = server.url + (cloud ? "/rest/api/3/attachment/content/77" : "/secure/attachment/77/my%20shot.png");
        await assert.rejects(fetched(own, 4), isAppError("too_large", /larger/));
        const refused = isAppError("invalid_input", /Only attachments of Jira itself/);
        for (const url of [
          own.replace("127.0.0.1", "localhost"),
          `${server.url}/rest/api/3/myself`,
          `${own}/../../../issue/WID-1`,
          "file:///etc/passwd",
          "nonsense",
        ]) {
          await assert.rejects(fetched(url), refused, url);
        }
        if (cloud)
          await assert.rejects(fetched(own, 1000, { mediaOrigins: [] }), isAppError("provider_failed", /not known/));
      });
    });

    describe("test()", () => {
      it("says who it is signed in as", async () => {
        await serve([]);
        const kind = cloud ? "Jira Cloud" : "Jira Data Center";
        const message = `Signed in to ${kind} as Ann Admin.`;
        assert.deepEqual(await provider().test(signal()), { ok: true, message, scopes: [] });
      });

      it("says that the token is refused", async () => {
        await serve([]);
        const { ok, message } = await provider({ token: "wrong" }).test(signal());
        assert.equal(ok, false);
        assert.match(message, cloud ? /refuses e-mail and token/ : /refuses the token/);
      });
    });

    it("does not take a refused token for an empty project", async () => {
      await serve([jiraIssue({ number: 1 })]);
      let position = "";
      const own = provider();
      await collect(own, { onPosition: (next) => (position = next) });
      const refused = isAppError("provider_unauthorized", /refuses/);
      await assert.rejects(collect(provider({ token: "expired" }), { since: position }), refused);
    });
  });
}

function mediaNode(alt: string): unknown {
  return { type: "media", attrs: { type: "file", id: "1f2e-3d", collection: "", alt } };
}

function signal(): AbortSignal {
  return new AbortController().signal;
}

function options(more: Partial<ChangeListOptions> = {}): ChangeListOptions {
  return { signal: signal(), ...more };
}

async function collect(
  provider: JiraProvider,
  more: Partial<ChangeListOptions> = {},
  project = "WID",
): Promise<ProviderIssue[]> {
  const issues: ProviderIssue[] = [];
  for await (const page of provider.listIssues(project, options(more))) issues.push(...page);
  return issues;
}

async function ids(provider: JiraProvider, project = "WID"): Promise<string[]> {
  const found: string[] = [];
  for await (const page of provider.listKeys(project, options())) found.push(...page);
  return found;
}

function isAppError(code: ErrorCode, says: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof AppError, String(error));
    assert.deepEqual([error.code, says.test(error.message)], [code, true], error.message);
    assert.ok(!error.message.includes(token));
    return true;
  };
}
