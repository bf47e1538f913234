import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { TmuxPane } from "../../../server/host/tmux-batch.ts";
import { processFacts } from "../../../server/host/process.ts";
import { answered, Tmux } from "../../../server/host/tmux.ts";
import { createLocalHost } from "../../../server/host/local.ts";
import { AppError } from "../../../shared/errors.ts";
import { waitFor } from "../../support/wait.ts";
import { createSeat, type TestSeat } from "./tmux-seat.ts";

describe("tmux", () => {
  let seat: TestSeat;
  let tmux: Tmux;

  beforeEach(async () => {
    seat = await createSeat();
    tmux = new Tmux(seat.user, { socket: seat.socket, serverId: "server1" });
  });

  afterEach(async () => {
    await seat[Symbol.asyncDispose]();
  });

  function create(
    name: string,
    argv: readonly string[] = ["cat"],
    more: { cwd?: string; env?: Record<string, string> } = {},
  ) {
    const { cwd = seat.home, env = {} } = more;
    return tmux.create({ name, sessionId: `id-${name}`, projectId: "1", cwd, argv, env });
  }

  function screenWith(pane: TmuxPane, text: string): Promise<string> {
    return waitFor(
      async () => {
        const seen = await tmux.screen(pane.session);
        return seen?.text.includes(text) === true && seen.text;
      },
      { what: `${JSON.stringify(text)} on the screen of ${pane.session}` },
    );
  }

  /** tmux knows that a pane is dead a moment before it knows the exit code. */
  function whenDead(name: string): Promise<TmuxPane> {
    return waitFor(
      async () => [await tmux.find(name)].find((pane) => pane?.dead === true && pane.exitStatus !== null),
      { what: `${name} to end` },
    );
  }

  it("answers absent, and no error, while no tmux server runs", async () => {
    const view = await tmux.poll();
    assert.equal(view.state, "absent");
    assert.equal(await tmux.find("any"), null);
    assert.equal(await tmux.kill("any", "id"), false);
  });

  it("starts a session wide, in its folder, with its marks", async () => {
    const pane = await create("work-p1", ["sh", "-c", "pwd; cat"]);
    assert.deepEqual(
      { cols: pane.cols, rows: pane.rows, server: pane.serverId, id: pane.sessionId, project: pane.projectId },
      { cols: 220, rows: 50, server: "server1", id: "id-work-p1", project: "1" },
    );
    await screenWith(pane, seat.home);
  });

  it("answers the session that is there when the same one is created again", async () => {
    const first = await create("again-p1");
    const second = await create("again-p1");
    assert.equal(second.pid, first.pid);
  });

  it("refuses a name that another session has, and does not put its mark on that", async () => {
    await seat.tmux("new-session", "-d", "-s", "taken-p1", "cat");
    await assert.rejects(create("taken-p1"), (error) => error instanceof AppError && error.code === "name_taken");
    assert.equal((await tmux.find("taken-p1"))?.serverId, "");
  });

  it("refuses a folder that is gone, instead of starting elsewhere", async () => {
    await assert.rejects(
      create("nowhere-p1", ["cat"], { cwd: path.join(seat.home, "missing") }),
      (error) => error instanceof AppError && error.code === "workspace_missing",
    );
    assert.equal((await tmux.poll()).state, "absent");
  });

  it("takes folders and arguments literally, whatever tmux's language makes of them", async () => {
    const cwd = path.join(seat.home, `a "b" 'c' #{pid} #(touch x) $HOME; ~ %H`);
    await mkdir(cwd);
    const odd = `-x 'q' "d" $HOME #{pid} ; \\ ~`;
    const pane = await create("odd-p1", ["sh", "-c", 'pwd; printf "%s\\n" "$1"; cat', "sh", odd], { cwd });
    await screenWith(pane, odd);
    assert.ok((await screenWith(pane, cwd)).includes(odd));
  });

  it("gives a session its variables and none of whoever started the tmux server", async () => {
    const foreign = createLocalHost({ environment: { ...process.env, HOME: seat.home } });
    const stranger = await foreign.as(foreign.currentUser);
    await stranger.run(["tmux", "-L", seat.socket, "-f", "/dev/null", "new-session", "-d", "-s", "other", "cat"], {
      env: { ANTHROPIC_API_KEY: "inherited" },
    });
    const pane = await create(
      "env-p1",
      ["sh", "-c", 'echo "[$ANTHROPIC_API_KEY][$MINE][$HOME][$USER][$LOGNAME]"; cat'],
      {
        env: { MINE: "it's; $HOME" },
      },
    );
    const name = seat.user.name;
    await screenWith(pane, `[][it's; $HOME][${seat.home}][${name}][${name}]`);
  });

  it("shows nothing of a session's variables in any process's arguments", async () => {
    const pane = await create("secret-p1", ["cat"], { env: { TOKEN: "canary-4711" } });
    await tmux.paste(pane, "canary-4712");
    const { stdout } = await seat.user.run(["ps", "-eo", "args"]);
    assert.ok(stdout.includes("tmux"));
    assert.doesNotMatch(stdout, /canary-471/u);
  });

  it("tells ab from abc", async () => {
    await create("abc");
    assert.equal(await tmux.find("ab"), null);
    assert.equal(await tmux.kill("ab", "id-abc"), false);
    await create("ab");
    assert.equal(await tmux.kill("ab", "id-ab"), true);
    assert.equal((await tmux.find("abc"))?.session, "abc");
  });

  it("ends only sessions with its mark and that id", async () => {
    await seat.tmux("new-session", "-d", "-s", "foreign-p1", "cat");
    await create("mine-p1");
    assert.equal(await tmux.kill("foreign-p1", ""), false);
    assert.equal(await tmux.kill("mine-p1", "another"), false);
    const other = new Tmux(seat.user, { socket: seat.socket, serverId: "server2" });
    assert.equal(await other.kill("mine-p1", "id-mine-p1"), false);
    assert.equal(await tmux.kill("mine-p1", "id-mine-p1"), true);
    assert.equal(await tmux.find("mine-p1"), null);
    assert.equal((await tmux.find("foreign-p1"))?.session, "foreign-p1");
  });

  it("ends what takes no notice of its terminal being closed, and leaves what was put into the background", async () => {
    const background = "sleep 600 & echo $! > background";
    const script = `set -m; trap '' HUP INT; ${background}; echo ready; while :; do sleep 0.2; done`;
    const pane = await create("deaf-p1", ["sh", "-c", script]);
    await screenWith(pane, "ready");
    const left = Number(await readFile(path.join(seat.home, "background"), "utf8"));
    assert.equal(await tmux.kill("deaf-p1", "id-deaf-p1"), true);
    assert.equal(processFacts(pane.pid), null);
    assert.ok(processFacts(left));
    process.kill(left, "SIGKILL");
  });

  it("knows exit codes, and keeps the last words", async () => {
    // Linux may drop what a terminal has not passed on when its session leader ends, so that is waited for.
    const running = await create("bad-p1", ["sh", "-c", "echo last words; read go; exit 7"]);
    await screenWith(running, "last words");
    await tmux.press(running, "Enter");
    const pane = await whenDead("bad-p1");
    assert.equal(pane.exitStatus, 7);
    assert.match((await tmux.history(pane)) ?? "", /last words/u);
  });

  it("keeps all output as history, which a screen does not hold", async () => {
    const pane = await create("long-p1", ["sh", "-c", "seq 1 5000; cat"]);
    await screenWith(pane, "5000");
    const lines = ((await tmux.history(pane)) ?? "").trimEnd().split("\n");
    assert.equal(lines.filter((line) => /^\d+$/u.test(line)).length, 5000);
  });

  const prompts: [string, string][] = [
    ["quotes", `it's "quoted" \`back\` \\ done`],
    ["tmux's language", "a; b #{pid} #(date) $HOME ~ %s {x} ; kill-server"],
    ["a leading dash", "-n --help -"],
    ["several lines", "first\n\n  third\n\tfourth"],
    ["every script", "größer 日本語 🙂 é"],
  ];
  for (const [what, text] of prompts) {
    it(`pastes ${what} literally`, async () => {
      const file = path.join(seat.home, "taken");
      const pane = await create("paste-p1", ["sh", "-c", `stty -icrnl -echo raw; echo ready; cat > taken`]);
      await screenWith(pane, "ready");
      await tmux.paste(pane, text);
      // tmux sends line ends as CR to a program that has not asked for bracketed paste.
      const expected = text.replaceAll("\n", "\r");
      const taken = await waitFor(
        async () => [await readFile(file, "utf8")].find((now) => now.length >= expected.length),
        {
          what: "the text",
        },
      );
      assert.equal(taken, expected);
      assert.equal(await seat.tmux("list-buffers"), "");
    });
  }

  it("makes escape sequences in pasted text visible and harmless", async () => {
    const pane = await create("escape-p1", [
      "sh",
      "-c",
      `printf '\\033[?2004h'; stty -icrnl -echo raw; echo ready; cat > taken`,
    ]);
    await screenWith(pane, "ready");
    await tmux.paste(pane, "a\u001b[201~\rrm -rf x\r\u0003\u009b2Jb");
    const taken = await waitFor(
      async () => [await readFile(path.join(seat.home, "taken"), "utf8")].find((now) => now.endsWith("\u001b[201~")),
      { what: "the end of the bracketed paste" },
    );
    assert.equal(taken, "\u001b[200~a␛[201~\rrm -rf x\r␃\ufffd2Jb\u001b[201~");
  });

  it("pastes past tmux's copy mode", async () => {
    const pane = await create("copy-p1");
    await seat.tmux("copy-mode", "-t", "=copy-p1:");
    await tmux.paste(pane, "seen");
    await tmux.press(pane, "Enter");
    await screenWith(pane, "seen\nseen");
  });

  it("holds a prompt beside its session and pastes it once", async () => {
    const pane = await create("held-p1");
    await tmux.holdPrompt(pane, "only once");
    const held = await tmux.find("held-p1");
    assert.ok(held?.promptHeld);
    await tmux.pasteHeld(held);
    await screenWith(pane, "only once");
    assert.equal((await tmux.find("held-p1"))?.promptHeld, false);
    await assert.rejects(tmux.pasteHeld(held), (error) => error instanceof AppError && error.code === "session_gone");
  });

  it("holds nothing for a session that is gone, and nothing for one whose name begins alike", async () => {
    const pane = await create("ab");
    await create("abc");
    await tmux.kill("ab", "id-ab");
    await assert.rejects(
      tmux.holdPrompt(pane, "x"),
      (error) => error instanceof AppError && error.code === "session_gone",
    );
    assert.equal((await tmux.find("abc"))?.promptHeld, false);
    assert.equal(await seat.tmux("list-buffers"), "");
  });

  it("says that a session is gone when text is sent to it, and keeps no copy of the text", async () => {
    const pane = await create("left-p1");
    await create("stays-p1");
    await tmux.kill("left-p1", "id-left-p1");
    await assert.rejects(tmux.paste(pane, "x"), (error) => error instanceof AppError && error.code === "session_gone");
    assert.equal(await seat.tmux("list-buffers"), "");
  });

  it("reads screens that show anything, marks of its own included", async () => {
    const shown = ["[0]", "<a,b>", "0123456789abcdef0123456789abcdef.", "#{pid} %s \\", "=other:"].join("\n");
    await writeFile(path.join(seat.home, "shown"), `${shown}\n`);
    const first = await create("first-p1", ["sh", "-c", "cat shown -; cat"]);
    const second = await create("second-p1", ["sh", "-c", "printf '\\033]2;a,b> %%s #{pid} [1]\\007two\\n'; cat"]);
    await screenWith(first, "=other:");
    await screenWith(second, "two");
    const view = answered(await tmux.poll([first.pane, "%999", second.pane]));
    assert.equal(view.screens.get(first.pane)?.trimEnd(), shown);
    assert.equal(view.screens.get(second.pane)?.trimEnd(), "two");
    assert.deepEqual([...view.screens.keys()], [first.pane, second.pane]);
    assert.equal(view.panes.find(({ session }) => session === "second-p1")?.title, "a,b> %s #{pid} [1]");
  });

  it("follows the pane it started when a person splits the window or resizes it", async () => {
    const pane = await create("split-p1");
    await seat.tmux("split-window", "-t", "=split-p1:", "cat");
    await seat.tmux("resize-window", "-t", "=split-p1:", "-x", "100", "-y", "30");
    const seen = await tmux.find("split-p1");
    assert.equal(seen?.pane, pane.pane);
    assert.equal(seen.cols, 100);
    assert.equal((await tmux.screen("split-p1"))?.pane.pane, pane.pane);
  });

  it("proves sessions absent once the tmux server was killed", async () => {
    await create("killed-p1");
    await seat.tmux("kill-server");
    const view = await waitFor(async () => [await tmux.poll()].find(({ state }) => state !== "unknown"), {
      what: "tmux's end to be certain",
    });
    assert.equal(view.state, "absent");
  });

  it("does not take a removed socket for the end of its sessions", async () => {
    await create("hidden-p1");
    const { serverPid } = answered(await tmux.poll());
    const socket = (await seat.tmux("display-message", "-p", "#{socket_path}")).trim();
    await seat.user.run(["rm", "--", socket]);
    const view = await tmux.poll();
    assert.equal(view.state, "unknown");
    // tmux(1): SIGUSR1 makes the socket anew.
    process.kill(serverPid, "SIGUSR1");
    await waitFor(async () => (await tmux.poll()).state === "present", { what: "the socket to come back" });
  });

  it("says how to install tmux where it is missing", async () => {
    const bare = createLocalHost({ environment: { HOME: seat.home, PATH: seat.home } });
    const missing = new Tmux(await bare.as(bare.currentUser), { socket: seat.socket, serverId: "server1" });
    await assert.rejects(missing.poll(), (error) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, "tmux_missing");
      assert.match(error.message, /apt(?:-get)? install tmux/u);
      return true;
    });
  });
});
