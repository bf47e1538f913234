import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import path from "node:path";
import { AppError, type ErrorCode } from "../../../shared/errors.ts";
import { waitFor } from "../../support/wait.ts";
import { createSeat, type TestSeat } from "../tmux/tmux-seat.ts";
import { installAgent, project, startServer, userId, type TestServer } from "./session-server.ts";

function fails(code: ErrorCode, message = /./u) {
  return (error: unknown) => {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  };
}

describe("sessions", () => {
  let seat: TestSeat;
  let server: TestServer;

  beforeEach(async () => {
    seat = await createSeat();
    server = startServer(seat);
  });

  afterEach(async () => {
    await server.close();
    await seat[Symbol.asyncDispose]();
  });

  async function restart(): Promise<void> {
    await server.close();
    server = startServer(seat);
  }

  async function prompts(read: () => Promise<string[]>, count: number): Promise<string[]> {
    return waitFor(async () => [await read()].find((all) => all.length >= count), { what: `${count} prompts` });
  }

  it("starts a shell in the working tree, marked, and named after its project", async () => {
    const session = await server.create("shell", { issue: { id: "i1", key: "#12", title: "Fix\u001b[31m it" } });
    assert.equal(session.status, "starting");
    assert.match(session.tmuxSession, /^demo-12-shell-[0-9a-f]{6}-p7$/u);
    assert.equal(session.title, "#12 Fix [31m it");
    await server.whenStatus(session.id, "idle");
    await server.service.input(session.id, 'echo "$AIOPS_SESSION_ID in $PWD of $USER"');
    const expected = `${session.id} in ${seat.home} of ${seat.user.name}`;
    await waitFor(async () => (await server.service.screen(session.id)).text.includes(expected), { what: expected });
    const screen = await server.service.screen(session.id);
    assert.deepEqual({ cols: screen.cols, rows: screen.rows }, { cols: 220, rows: 50 });
    assert.match(await server.service.transcript(session.id), new RegExp(`${session.id} in `, "u"));
    const argv = server.service.attachCommand(session.id);
    assert.deepEqual(argv.slice(-2), ["-t", `=${session.tmuxSession}:`]);
  });

  it("says working while a command runs in a shell, exited with its end, and tells everyone", async () => {
    const { id } = await server.create("shell");
    await server.whenStatus(id, "idle");
    await server.service.input(id, "sh -c 'read x'");
    await server.whenStatus(id, "working");
    await server.service.input(id, "go on");
    await server.whenStatus(id, "idle");
    await server.service.input(id, "exit 3");
    await server.whenStatus(id, "exited");
    await assert.rejects(server.service.input(id, "echo"), fails("session_gone", /exit code 3/u));
    const told = server.events.filter((event) => event.id === id);
    assert.equal(told[0]?.change, "created");
    assert.equal(told[0]?.ownerId, userId);
    const statuses = told.map(({ data }) => (data as { status: string }).status);
    assert.ok(
      ["starting", "idle", "working", "exited"].every((status) => statuses.includes(status)),
      statuses.join(),
    );
  });

  it("runs an allow-listed command with its arguments as they are, and nothing else", async () => {
    const { id } = await server.create("counter");
    await waitFor(async () => (await server.service.screen(id)).text.includes("one it's; two"), { what: "its output" });
    await assert.rejects(server.create("vim"), fails("invalid_input", /codex, gemini, claude, counter, shell/u));
    assert.equal(server.service.list({}, { limit: 50 }).total, 1);
  });

  it("says how to install a tool that is missing, and leaves nothing behind", async () => {
    const bare = await createSeat({ PATH: "/usr/bin:/bin" });
    const other = startServer(bare);
    await assert.rejects(
      other.create("codex"),
      fails("tool_missing", /npm install --global --prefix ~\/\.local @openai\/codex/u),
    );
    assert.equal(other.service.list({}, { limit: 50 }).total, 0);
    await other.close();
    await bare[Symbol.asyncDispose]();
  });

  it("lists the tools with what is installed for the person", async () => {
    await installAgent(seat);
    const tools = await server.service.tools(userId);
    assert.deepEqual(
      tools.map(({ name }) => name),
      ["codex", "gemini", "claude", "counter", "shell"],
    );
    const claude = tools.find(({ name }) => name === "claude");
    assert.deepEqual(claude, {
      name: "claude",
      label: "Claude",
      available: true,
      path: path.join(seat.home, ".local/bin/claude"),
      version: "9.8.7",
      installHint: null,
    });
  });

  it("says how to install tmux where it is missing, and leaves no record behind", async () => {
    const bare = await createSeat({ PATH: seat.home });
    const other = startServer(bare);
    await assert.rejects(other.create("shell"), fails("tmux_missing", /install tmux/u));
    assert.equal(other.service.list({}, { limit: 50 }).total, 0);
    await other.close();
    await rm(bare.home, { recursive: true, force: true });
  });

  it("refuses to start where the working tree is gone, and leaves no record behind", async () => {
    const workspacePath = path.join(seat.home, "deleted");
    await assert.rejects(server.create("shell", { workspacePath }), fails("workspace_missing", /does not exist/u));
    assert.equal(server.service.list({}, { limit: 50 }).total, 0);
  });

  describe("with an AI tool", () => {
    let told: () => Promise<string[]>;

    beforeEach(async () => {
      told = await installAgent(seat);
    });

    it("gives it its first prompt once it is ready, exactly as written", async () => {
      const prompt = `-n it's "quoted"; #{pid} $HOME\n\n  second \`line\`\n`;
      const { id } = await server.create("claude", { prompt });
      assert.deepEqual(await prompts(told, 1), [prompt.trimEnd()]);
      await server.whenStatus(id, "idle");
      assert.deepEqual(server.logged, []);
    });

    it("says what it waits for, and stops waiting when somebody answers", async () => {
      const { id } = await server.create("claude", { prompt: "ask me" });
      await server.whenStatus(id, "waiting");
      assert.equal(server.service.get(id).question, "Do you want to proceed?");
      const answered = await server.service.input(id, "");
      assert.equal(answered.status, "working");
      assert.equal(answered.question, null);
      await server.whenStatus(id, "idle");
      await server.service.input(id, "work");
      await server.whenStatus(id, "working");
    });

    it("never presses Enter into a question that came up meanwhile", async () => {
      const { id } = await server.create("claude");
      await server.whenStatus(id, "idle");
      await assert.rejects(server.service.input(id, "meanwhile"), fails("conflict", /Answer that first/u));
      await server.whenStatus(id, "waiting");
      assert.doesNotMatch((await server.service.screen(id)).text, /answered/u);
      assert.deepEqual(await told(), []);
    });

    it("sees in one look what a quiet session began to ask since the last", async () => {
      await server.close();
      server = startServer(seat, { intervalMs: 3_600_000 });
      const { id, tmuxSession } = await server.create("claude");
      const target = `=${tmuxSession}:`;
      const quiet = async () => {
        await server.service.refresh();
        const printed = await seat.tmux("display-message", "-p", "-t", target, "#{window_activity} %s");
        const [activity, now] = printed.split(" ").map(Number);
        return server.service.get(id).status === "idle" && Number(now) > Number(activity) + 1;
      };
      await waitFor(quiet, { what: "a session that is quiet" });
      await seat.tmux("send-keys", "-t", target, "-l", "ask me");
      await seat.tmux("send-keys", "-t", target, "Enter");
      await waitFor(async () => (await server.service.screen(id)).text.includes("proceed?"), { what: "the question" });
      await server.service.refresh();
      assert.equal(server.service.get(id).status, "waiting");
    });

    it("takes another task, at once or when it is ready, and never as the answer to a question", async () => {
      const { id } = await server.create("claude");
      const early = server.service.prompt(id, "early");
      await assert.rejects(server.service.prompt(id, "too early"), fails("conflict", /first prompt/u));
      await early;
      assert.deepEqual(await prompts(told, 1), ["early"]);
      await server.whenStatus(id, "idle");
      await server.service.prompt(id, "ask me");
      await server.whenStatus(id, "waiting");
      await assert.rejects(server.service.prompt(id, "another"), fails("conflict", /waits for an answer/u));
      assert.equal(server.service.get(id).status, "waiting");
      assert.deepEqual(await told(), ["early", "ask me"]);
    });

    it("types without Enter where that is asked for", async () => {
      const { id } = await server.create("claude");
      await server.whenStatus(id, "idle");
      await server.service.input(id, "half a", false);
      await server.service.input(id, " sentence");
      assert.deepEqual(await prompts(told, 1), ["half a sentence"]);
    });

    it("keeps prompts apart that are sent at once", async () => {
      const { id } = await server.create("claude");
      await server.whenStatus(id, "idle");
      const sent = ["one", "two", "three", "four"];
      await Promise.all(sent.map((text) => server.service.input(id, text)));
      assert.deepEqual(await prompts(told, 4), sent);
    });

    it("gives the first prompt after a restart of the server, and never again", async () => {
      await server.service.close();
      const { id } = await server.create("claude", { prompt: "only once" });
      server = ((database) => {
        database.close();
        return startServer(seat);
      })(server.database);
      assert.deepEqual(await prompts(told, 1), ["only once"]);
      await restart();
      await server.whenStatus(id, "idle");
      await seat.tmux("kill-session", "-t", `=${server.service.get(id).tmuxSession}`);
      await server.whenStatus(id, "lost");
      assert.deepEqual((await server.service.resync([])).recreated, [id]);
      await server.whenStatus(id, "idle");
      await server.service.input(id, "by hand");
      assert.deepEqual(await prompts(told, 2), ["only once", "by hand"]);
    });
  });

  it("goes on with the same process after a restart of the server", async () => {
    const { id, tmuxSession } = await server.create("shell");
    await server.whenStatus(id, "idle");
    const pid = await seat.tmux("display-message", "-p", "-t", `=${tmuxSession}:`, "#{pane_pid}");
    await restart();
    assert.equal(server.service.get(id).status, "idle");
    await server.service.input(id, "sleep 60");
    await server.whenStatus(id, "working");
    assert.equal(await seat.tmux("display-message", "-p", "-t", `=${tmuxSession}:`, "#{pane_pid}"), pid);
  });

  it("ends a session and forgets it", async () => {
    const { id, tmuxSession } = await server.create("shell");
    const other = await server.create("shell");
    await server.service.stop(id);
    assert.equal(server.service.find(id), undefined);
    assert.doesNotMatch(await seat.tmux("list-sessions", "-F", "#{session_name}"), new RegExp(tmuxSession, "u"));
    assert.equal(server.events.at(-1)?.change, "deleted");
    await server.whenStatus(other.id, "idle");
    await assert.rejects(server.service.stop(id), fails("not_found"));
  });

  it("ends a tool that will not end by itself", async () => {
    const { id, tmuxSession } = await server.create("shell");
    await server.whenStatus(id, "idle");
    await server.service.input(id, "trap '' INT; cat");
    await server.service.stop(id);
    const argv = ["tmux", "-L", seat.socket, "has-session", "-t", `=${tmuxSession}`];
    assert.notEqual((await seat.user.run(argv, { check: false })).exitCode, 0);
    assert.equal(server.service.find(id), undefined);
  });

  it("calls sessions lost when tmux was killed, and starts them again on resync", async () => {
    const first = await server.create("shell");
    const second = await server.create("shell");
    await server.whenStatus(second.id, "idle");
    await seat.tmux("kill-server");
    await server.whenStatus(first.id, "lost");
    await server.whenStatus(second.id, "lost");
    const { recreated, ...rest } = await server.service.resync([userId]);
    assert.deepEqual(recreated.sort(), [first.id, second.id].sort());
    assert.deepEqual(rest, { pruned: [], lost: [], unknown: [] });
    await server.whenStatus(first.id, "idle");
    assert.deepEqual((await server.service.resync([userId])).recreated, []);
  });

  it("calls a session whose working tree is gone lost, and starts the others", async () => {
    const workspacePath = path.join(seat.home, "tree");
    await seat.user.files.makeDirectory(workspacePath, { root: seat.home });
    const gone = await server.create("shell", { workspacePath });
    const kept = await server.create("shell");
    await seat.tmux("kill-server");
    await server.whenStatus(kept.id, "lost");
    await rm(workspacePath, { recursive: true });
    const result = await server.service.resync([userId]);
    assert.deepEqual(result, { recreated: [kept.id], pruned: [], lost: [gone.id], unknown: [] });
  });

  it("does nothing while tmux can't be asked", async () => {
    const { id } = await server.create("shell");
    await server.whenStatus(id, "idle");
    const socket = (await seat.tmux("display-message", "-p", "#{socket_path}")).trim();
    const pid = Number(await seat.tmux("display-message", "-p", "#{pid}"));
    await rm(socket);
    const result = await server.service.resync([userId]);
    assert.deepEqual(result, { recreated: [], pruned: [], lost: [], unknown: [id] });
    assert.equal(server.service.get(id).status, "idle");
    await assert.rejects(server.service.stop(id), fails("unavailable"));
    assert.ok(server.service.find(id));
    process.kill(pid, "SIGUSR1");
    await waitFor(async () => (await server.service.resync([userId])).unknown.length === 0, { what: "tmux" });
  });

  it("ends what has its mark and no record, and nobody else's", async () => {
    const kept = await server.create("shell");
    const orphan = await server.create("shell");
    const strange = startServer(seat, { serverId: "server2" });
    const theirs = await strange.create("shell");
    await strange.close();
    // Both servers store in one file here; the record of the other is none of ours.
    server.repository.delete(theirs.id);
    server.repository.delete(orphan.id);
    await seat.tmux("new-session", "-d", "-s", `person-p${project.id}`, "cat");
    const result = await server.service.resync([userId]);
    assert.deepEqual(result, { recreated: [], pruned: [orphan.tmuxSession], lost: [], unknown: [] });
    const left = (await seat.tmux("list-sessions", "-F", "#{session_name}")).trim().split("\n").sort();
    assert.deepEqual(left, [`person-p${project.id}`, kept.tmuxSession, theirs.tmuxSession].sort());
  });

  it("resolves a server killed between its record and tmux, in both directions", async () => {
    const made = await server.create("shell");
    await server.service.close();
    // Killed before tmux was asked: a record, no session. Killed after a restore: a session, no record.
    const { id } = await server.create("shell");
    const record = server.repository.find(id);
    assert.ok(record);
    await seat.tmux("kill-session", "-t", `=${record.tmuxSession}`);
    server.repository.delete(made.id);
    server.database.close();
    server = startServer(seat);
    await server.whenStatus(id, "lost");
    const result = await server.service.resync([userId]);
    assert.deepEqual(result, { recreated: [id], pruned: [made.tmuxSession], lost: [], unknown: [] });
  });

  it("does not start a session again that ended by itself", async () => {
    const { id, tmuxSession } = await server.create("shell");
    await server.whenStatus(id, "idle");
    await server.service.input(id, "exit");
    await server.whenStatus(id, "exited");
    await seat.tmux("kill-session", "-t", `=${tmuxSession}`);
    assert.deepEqual(await server.service.resync([userId]), { recreated: [], pruned: [], lost: [], unknown: [] });
    assert.equal(server.service.get(id).status, "exited");
  });

  it("lists by person, tenant, project and issue, newest first, in pages", async () => {
    const made = [];
    for (const key of ["#1", "#2", "#3"]) {
      made.push(await server.create("shell", { issue: { id: `i${key.slice(1)}`, key, title: "x" } }));
    }
    const first = server.service.list({ userId, tenantIds: ["t1"], projectId: "7" }, { limit: 2 });
    assert.equal(first.total, 3);
    assert.ok(first.nextCursor !== null);
    const second = server.service.list({ userId }, { limit: 2, cursor: first.nextCursor });
    assert.equal(second.nextCursor, null);
    const listed = [...first.items, ...second.items];
    assert.deepEqual(new Set(listed.map(({ id }) => id)), new Set(made.map(({ id }) => id)));
    assert.deepEqual(
      listed.map(({ createdAt }) => createdAt),
      listed
        .map(({ createdAt }) => createdAt)
        .sort()
        .toReversed(),
    );
    assert.equal(server.service.list({ issueId: "i2" }, { limit: 5 }).items[0]?.id, made[1]?.id);
    for (const filter of [{ userId: "u2" }, { tenantIds: ["t2"] }, { tenantIds: [] }, { projectId: "8" }]) {
      assert.equal(server.service.list(filter, { limit: 5 }).total, 0, JSON.stringify(filter));
    }
    assert.throws(() => server.service.list({}, { limit: 5, cursor: "?" }), fails("invalid_input"));
  });
});
