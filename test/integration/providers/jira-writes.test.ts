import assert from "node:assert/strict";
import type { JiraAttachmentOptions } from "../../../server/providers/jira/attachments.ts";
import type { AppError } from "../../../shared/errors.ts";
import { jiraIssue, jiraProject } from "../../fixtures/jira/samples.ts";
import { collect, isAppError, JiraStage, signal } from "./jira-stage.ts";

for (const flavour of ["cloud", "dataCenter"] as const) {
  describe(`writing to Jira (${flavour})`, () => {
    const stage = new JiraStage(flavour);

    describe("writing", () => {
      it("creates an issue of the first ordinary type", async () => {
        await stage.serve([]);
        const draft = { title: "New", body: "Some *text*", labels: ["bug"], assignees: ["bob"] };
        const created = await stage.provider().createIssue("WID", draft, signal());
        assert.deepEqual(
          [created.key, created.title, created.body, created.labels, created.assignees.map(({ id }) => id)],
          ["WID-1", "New", "Some _text_", ["bug"], ["bob"]],
        );
        const sent = stage.server.exchanges.find(({ method, path }) => method === "POST" && path.endsWith("/issue"));
        assert.ok(sent);
        const { fields } = sent.requestBody as { fields: Record<string, unknown> };
        assert.deepEqual(fields["issuetype"], { id: "10001" });
        assert.deepEqual(fields["assignee"], stage.cloud ? { accountId: "bob" } : { name: "bob" });
        assert.equal(typeof fields["description"], stage.cloud ? "object" : "string");
        assert.equal(created.rawStatus, stage.server.project("WID").get(1).status);
      });

      it("sends nothing that is empty with a new issue", async () => {
        await stage.serve([]);
        await stage.provider().createIssue("WID", { title: "Bare", body: "", labels: [], assignees: [] }, signal());
        const sent = stage.server.exchanges.find(({ method, path }) => method === "POST" && path.endsWith("/issue"));
        assert.ok(sent);
        const { fields } = sent.requestBody as { fields: object };
        assert.deepEqual(Object.keys(fields).sort(), ["issuetype", "project", "summary"]);
      });

      it("says which fields a project wants of a new issue", async () => {
        await stage.serve([], { projects: [jiraProject([], { requiredFields: { customfield_1: "Root cause" } })] });
        const draft = { title: "New", body: "", labels: [], assignees: [] };
        await assert.rejects(stage.provider().createIssue("WID", draft, signal()), (error) => {
          assert.ok(isAppError("invalid_input", /Root cause is required/)(error));
          assert.deepEqual((error as AppError).errors, [{ path: "customfield_1", message: "Root cause is required." }]);
          return true;
        });
      });

      it("says that the account may not create issues", async () => {
        await stage.serve([]);
        stage.server.project("WID").mayCreate = false;
        const draft = { title: "New", body: "", labels: [], assignees: [] };
        await assert.rejects(
          stage.provider().createIssue("WID", draft, signal()),
          isAppError("provider_forbidden", /"Create issues"/),
        );
      });

      it("changes what is named and nothing else", async () => {
        await stage.serve([jiraIssue({ number: 1, description: stage.kept("Old"), labels: ["a"], assignee: "ann" })]);
        const change = { title: "Changed", labels: ["b", "c"], assignees: [] };
        const changed = await stage.provider().updateIssue("WID", stage.refOf(1), change, signal());
        assert.deepEqual(
          [changed.title, changed.body, changed.labels, changed.assignees],
          ["Changed", "Old", ["b", "c"], []],
        );
        const body = "# Title\n\n- one\n- two `code`";
        assert.equal((await stage.provider().updateIssue("WID", stage.refOf(1), { body }, signal())).body, body);
      });

      it("comments", async () => {
        await stage.serve([jiraIssue({ number: 1 })]);
        const written = await stage.provider().addComment("WID", stage.refOf(1), "It is **done**", signal());
        assert.deepEqual([written.author.name, written.body], ["Ann Admin", "It is **done**"]);
        const stored = stage.server.project("WID").get(1).comments[0];
        assert.equal(stored?.id, written.id);
        if (!stage.cloud) assert.equal(stored?.body, "It is *done*");
      });

      it("refuses labels with spaces, and two assignees, before anything is sent", async () => {
        await stage.serve([jiraIssue({ number: 1 })]);
        const update = (change: object) => stage.provider().updateIssue("WID", stage.refOf(1), change, signal());
        await assert.rejects(update({ labels: ["two words"] }), isAppError("invalid_input", /write "two-words"/));
        await assert.rejects(update({ assignees: ["ann", "bob"] }), isAppError("invalid_input", /one assignee/));
        await assert.rejects(update({ body: "x".repeat(40_000) }), isAppError("too_large", /32767/));
        assert.ok(stage.server.exchanges.every(({ method }) => method === "GET"));
      });

      it("says what Jira does not like", async () => {
        await stage.serve([jiraIssue({ number: 1 })]);
        const update = stage.provider().updateIssue("WID", stage.refOf(1), { assignees: ["nobody"] }, signal());
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
        await stage.serve([jiraIssue({ number: 1 })], {
          projects: [
            jiraProject([jiraIssue({ number: 1 })], {
              transitions: [
                { id: "31", name: "Finish", from: ["To Do"], to: "Done" },
                { id: "41", name: "Reopen", from: ["Done"], to: "To Do" },
              ],
            }),
          ],
        });
        const closed = await stage.provider().updateIssue("WID", stage.refOf(1), { status: "closed" }, signal());
        assert.deepEqual([closed.rawStatus, closed.category], ["Done", "closed"]);
        assert.ok(closed.closedAt !== null);
        const opened = await stage.provider().updateIssue("WID", stage.refOf(1), { status: "open" }, signal());
        assert.deepEqual([opened.rawStatus, opened.category, opened.closedAt], ["To Do", "open", null]);
      });

      it("takes no step where the issue is there already", async () => {
        await stage.serve([jiraIssue({ number: 1, status: "In Progress" })]);
        await stage.provider().updateIssue("WID", stage.refOf(1), { status: "open" }, signal());
        await stage.provider().updateIssue("WID", stage.refOf(1), { rawStatus: "in progress" }, signal());
        assert.equal(stage.server.project("WID").get(1).status, "In Progress");
        assert.ok(stage.server.exchanges.every(({ method }) => method === "GET"));
      });

      it("asks which where several would do, before anything is written", async () => {
        await stage.serve([], { projects: [twoDone] });
        const change = { title: "Changed", status: "closed" } as const;
        await assert.rejects(stage.provider().updateIssue("WID", stage.refOf(1), change, signal()), (error) => {
          assert.ok(isAppError("conflict", /choose "Done" or "Won't do"/)(error));
          assert.deepEqual((error as AppError).data["choices"], ["Done", "Won't do"]);
          return true;
        });
        assert.equal(stage.server.project("WID").get(1).summary, "Issue 1");
        const chosen = await stage
          .provider()
          .updateIssue("WID", stage.refOf(1), { ...change, rawStatus: "Done" }, signal());
        assert.deepEqual([chosen.rawStatus, chosen.title], ["Done", "Changed"]);
      });

      it("says which fields a step wants", async () => {
        await stage.serve([], { projects: [twoDone] });
        await assert.rejects(
          stage.provider().updateIssue("WID", stage.refOf(1), { rawStatus: "Won't do" }, signal()),
          isAppError("conflict", /asks for Root cause, Resolution/),
        );
      });

      it("says that the account may take no step, or none that leads there", async () => {
        await stage.serve([jiraIssue({ number: 1 })], {
          projects: [
            jiraProject([jiraIssue({ number: 1 })], { transitions: [{ id: "1", name: "Start", to: "In Progress" }] }),
          ],
        });
        const close = () => stage.provider().updateIssue("WID", stage.refOf(1), { status: "closed" }, signal());
        await assert.rejects(close(), isAppError("provider_forbidden", /only to "In Progress"/));
        await assert.rejects(
          stage.provider().updateIssue("WID", stage.refOf(1), { rawStatus: "Nowhere" }, signal()),
          isAppError("provider_forbidden", /no step to "Nowhere"/),
        );
        stage.server.project("WID").mayTransition = false;
        await assert.rejects(close(), isAppError("provider_forbidden", /"Transition issues"/));
      });

      it("says that the rest was saved where only the step fails", async () => {
        await stage.serve([jiraIssue({ number: 1 })]);
        stage.server.faults.add({ method: "POST", path: /transitions/, fault: { kind: "status", status: 403 } });
        await assert.rejects(
          stage.provider().updateIssue("WID", stage.refOf(1), { title: "Changed", status: "closed" }, signal()),
          isAppError("provider_forbidden", /other changes of WID-1 were saved, but not its status/),
        );
        assert.equal(stage.server.project("WID").get(1).summary, "Changed");
      });
    });

    it("offers labels, people, and the statuses an issue can go to", async () => {
      await stage.serve([jiraIssue({ number: 1, labels: ["b", "a"] })]);
      const choices = await stage.provider().choices("WID", stage.refOf(1), signal());
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
      assert.deepEqual((await stage.provider().choices("WID", null, signal())).statuses, []);
    });

    it("tells what the account may do in a project", async () => {
      await stage.serve([]);
      stage.server.project("WID").mayTransition = false;
      const abilities = await stage.provider().projectAbilities("WID", signal());
      assert.deepEqual([abilities.create, abilities.changeStatus, abilities.edit], [true, false, true]);
    });

    describe("attachments", () => {
      const bytes = Buffer.from("\x89PNG\r\n\x1a\nand more", "latin1");
      const withPicture = jiraIssue({
        number: 1,
        attachments: [{ id: "77", filename: "my shot.png", mimeType: "image/png", bytes }],
        description: stage.cloud
          ? { type: "doc", version: 1, content: [{ type: "mediaSingle", content: [mediaNode("my shot.png")] }] }
          : "!my shot.png|thumbnail!",
      });
      const fetched = (url: string, maxBytes = 1000, options: JiraAttachmentOptions = {}) =>
        stage.provider({ mediaOrigins: [stage.server.media.url], ...options }).fetchAttachment(url, maxBytes, signal());

      it("stand in texts as pictures that can be fetched", async () => {
        await stage.serve([withPicture]);
        const [issue] = await collect(stage.provider());
        const [, url = ""] = /^!\[my shot\.png\]\((\S+)\)$/.exec(issue?.body ?? "") ?? [];
        assert.ok(url.startsWith(stage.server.url), issue?.body);
        assert.deepEqual(await fetched(url), { contentType: "image/png", bytes });
        for (const headers of stage.server.media.requests) assert.equal(headers.authorization, undefined);
        assert.equal(stage.server.media.requests.length, stage.cloud ? 1 : 0);
      });

      it("are fetched from this site alone, and only up to a size", async () => {
        await stage.serve([withPicture]);
        const own =
          stage.server.url +
          (stage.cloud ? "/rest/api/3/attachment/content/77" : "/secure/attachment/77/my%20shot.png");
        await assert.rejects(fetched(own, 4), isAppError("too_large", /larger/));
        const refused = isAppError("invalid_input", /Only attachments of Jira itself/);
        for (const url of [
          own.replace("127.0.0.1", "localhost"),
          `${stage.server.media.url}/file/77`,
          `${stage.server.url}/rest/api/3/myself`,
          `${own}/../../../issue/WID-1`,
          "file:///etc/passwd",
          "nonsense",
        ]) {
          await assert.rejects(fetched(url), refused, url);
        }
        if (stage.cloud)
          await assert.rejects(fetched(own, 1000, { mediaOrigins: [] }), isAppError("provider_failed", /not known/));
      });
    });

    describe("test()", () => {
      it("says who it is signed in as", async () => {
        await stage.serve([]);
        const kind = stage.cloud ? "Jira Cloud" : "Jira Data Center";
        const message = `Signed in to ${kind} as Ann Admin.`;
        assert.deepEqual(await stage.provider().test(signal()), {
          ok: true,
          message,
          scopes: [],
          account: "Ann Admin",
        });
      });

      it("says that the token is refused", async () => {
        await stage.serve([]);
        const { ok, message } = await stage.provider({ token: "wrong" }).test(signal());
        assert.equal(ok, false);
        assert.match(message, stage.cloud ? /refuses e-mail and token/ : /refuses the token/);
      });
    });
  });
}

function mediaNode(alt: string): unknown {
  return { type: "media", attrs: { type: "file", id: "1f2e-3d", collection: "", alt } };
}
