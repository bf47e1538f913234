import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Client } from "../../../shared/contract/client.ts";
import type { Job } from "../../../shared/entities/job.ts";
import { session as sessionSchema, type Session } from "../../../shared/entities/session.ts";
import * as z from "zod";
import { waitFor } from "../../support/wait.ts";
import { makeWorld, type World } from "../http/world.ts";

const run = promisify(execFile);
const startedWork = z.object({ session: sessionSchema });

describe("start work", () => {
  let world: World;
  let client: Client;
  let issueIds: string[];

  before(async () => {
    world = await makeWorld();
    ({ client } = world.own.technician);
    const { items } = await client.issues.list({ projectId: world.own.project.id, sort: "title", order: "asc" });
    issueIds = items.map(({ id }) => id);
  });
  after(() => world.close());
  beforeEach(async () => {
    for (const { id } of (await client.sessions.list({ projectId: world.own.project.id })).items) {
      await client.sessions.stop({ id });
    }
    await client.workspaces.remove({ id: world.own.project.id, force: true });
  });

  const issue = (index: number) => issueIds[index] ?? assert.fail(`no issue ${index}`);

  async function ended({ jobId }: { jobId: string }): Promise<Job> {
    const running = ["queued", "running"];
    return waitFor(
      async () => {
        const job = await client.jobs.get({ id: jobId });
        return !running.includes(job.status) && job;
      },
      { what: `the end of job ${jobId}` },
    );
  }

  async function started(accepted: { jobId: string }): Promise<Session> {
    const { status, error, result } = await ended(accepted);
    assert.equal(status, "succeeded", error?.message);
    return startedWork.parse(result).session;
  }

  const contextIn = (folder: string) => readFile(join(folder, "AGENTS.override.md"), "utf8");

  it("gives each of several started at once a working tree, branch and context of its own", async () => {
    const accepted = await Promise.all(issueIds.map((id) => client.issues.start({ id, tool: "shell" })));
    const sessions = await Promise.all(accepted.map(started));
    assert.equal(new Set(sessions.map(({ workspacePath }) => workspacePath)).size, issueIds.length);
    const { path, branch, worktrees } = await client.workspaces.get({ id: world.own.project.id });
    const trees = [{ path, branch }, ...worktrees];
    for (const [index, session] of sessions.entries()) {
      assert.equal(trees.find((tree) => tree.path === session.workspacePath)?.branch, session.branch);
      assert.match(await contextIn(session.workspacePath), new RegExp(`Issue ${index + 1}\\b`));
    }
  });

  it("leaves the branch of work that goes on to it, also when it is asked for", async () => {
    const first = await started(await client.issues.start({ id: issue(0), tool: "shell" }));
    const before = await contextIn(first.workspacePath);
    const branch = first.branch ?? assert.fail("no branch");
    const second = await ended(await client.issues.start({ id: issue(1), tool: "shell", branch }));
    assert.deepEqual([second.status, second.error?.code], ["failed", "conflict"]);
    assert.match(second.error?.message ?? "", /Issue 1.*another branch/);
    assert.equal(await contextIn(first.workspacePath), before);
  });

  it("joins a second press of the button, and refuses to do it in two ways at once", async () => {
    const first = await client.issues.start({ id: issue(0), tool: "shell" });
    assert.deepEqual(await client.issues.start({ id: issue(0), tool: "shell" }), first);
    await assert.rejects(client.issues.start({ id: issue(0), tool: "shell", branch: "mine" }), { code: "conflict" });
    const session = await started(first);
    const again = await started(await client.issues.start({ id: issue(0), tool: "shell" }));
    assert.equal(again.id, session.id);
  });

  it("says that a running tool's folder was deleted by hand, and takes the work up anew when that is stopped", async () => {
    const first = await started(await client.issues.start({ id: issue(0), tool: "shell" }));
    await rm(first.workspacePath, { recursive: true });
    const refused = await ended(await client.issues.start({ id: issue(0), tool: "shell" }));
    assert.deepEqual([refused.status, refused.error?.code], ["failed", "conflict"]);
    assert.match(refused.error?.message ?? "", /is gone. Stop the session/);
    await client.sessions.stop({ id: first.id });
    const again = await started(await client.issues.start({ id: issue(0), tool: "shell" }));
    assert.deepEqual([again.workspacePath, again.branch], [first.workspacePath, first.branch]);
  });

  it("gives a prompt to the session that runs already", async () => {
    const first = await started(await client.issues.start({ id: issue(0), tool: "shell" }));
    await waitFor(async () => (await client.sessions.get({ id: first.id })).status === "idle", { what: "a prompt" });
    const prompt = "echo again=$((20+1))";
    const again = await started(await client.issues.start({ id: issue(0), tool: "shell", prompt }));
    assert.equal(again.id, first.id);
    const shows = async () => (await client.sessions.screen({ id: first.id })).text.includes("again=21");
    await waitFor(shows, { what: "the command's output" });
  });

  it("keeps a project, and its slug and its tenant's, while work goes on or a clone is there", async () => {
    const { client: admin } = world.server;
    const { id } = world.own.project;
    const tenant = { id: world.own.tenantId };
    const session = await started(await client.issues.start({ id: issue(0), tool: "shell" }));
    const inUse = { code: "conflict", message: /^Site is in use by shell on #1 Issue 1\. Stop that first/ };
    await assert.rejects(admin.projects.remove({ id }), inUse);
    await assert.rejects(admin.projects.update({ id, slug: "other" }), inUse);
    const { jobId } = await client.issues.start({ id: issue(1), tool: "shell" });
    await assert.rejects(admin.projects.remove({ id }), { code: "conflict", message: /the start of work on #2/ });
    await ended({ jobId });
    for (const { id: one } of (await client.sessions.list({ projectId: id })).items) {
      await client.sessions.stop({ id: one });
    }
    const named = { code: "conflict", message: new RegExp(`clone of Site in ${session.workspacePath}\\.`) };
    await assert.rejects(admin.projects.update({ id, slug: "other" }), named);
    await assert.rejects(admin.tenants.update({ ...tenant, slug: "other" }), named);
    await admin.projects.update({ id, slug: "site", name: "Site" });
    await client.workspaces.remove({ id, force: true });
    for (const slug of ["other", "site"]) await admin.projects.update({ id, slug });
    for (const slug of ["other", "own"]) await admin.tenants.update({ ...tenant, slug });
  });

  describe("after tmux lost a session", () => {
    /** Ends a session's tmux session behind the server's back. */
    async function lose({ id, tmuxSession, tmuxSocket }: Session): Promise<void> {
      await run("tmux", ["-L", tmuxSocket, "kill-session", "-t", `=${tmuxSession}`]);
      await waitFor(async () => (await client.sessions.get({ id })).status === "lost", { what: "the loss" });
    }

    it("brings it back in its working tree, and never into one that other work has", async () => {
      const first = await started(await client.issues.start({ id: issue(0), tool: "shell" }));
      await lose(first);
      assert.deepEqual((await world.server.client.sessions.resync()).recreated, [first.id]);
      await lose(first);
      const second = await started(await client.issues.start({ id: issue(1), tool: "shell" }));
      assert.equal(second.workspacePath, first.workspacePath);
      const { recreated, lost } = await world.server.client.sessions.resync();
      assert.deepEqual([recreated, lost], [[], [first.id]]);
      assert.equal((await client.sessions.get({ id: first.id })).status, "lost");
      await client.sessions.stop({ id: second.id });
      assert.deepEqual(
        (await world.server.client.sessions.resync()).lost,
        [first.id],
        "the tree is on the other's branch still",
      );
    });

    it("replaces it when the work is taken up anew, and not what belongs to other work", async () => {
      const first = await started(await client.issues.start({ id: issue(0), tool: "shell" }));
      const other = await started(await client.issues.start({ id: issue(1), tool: "shell" }));
      await lose(first);
      await lose(other);
      const again = await started(await client.issues.start({ id: issue(0), tool: "shell" }));
      const { items } = await client.sessions.list({ projectId: world.own.project.id });
      assert.deepEqual(items.map(({ id }) => id).sort(), [again.id, other.id].sort());
      const { recreated } = await world.server.client.sessions.resync();
      assert.deepEqual(recreated, [other.id]);
    });
  });
});
