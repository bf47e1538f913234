import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../../../shared/errors.ts";
import { waitFor } from "../../support/wait.ts";
import { makePerson, type Person } from "./fixture.ts";

describe("running a command", () => {
  let person: Person;

  beforeEach(async () => {
    person = await makePerson({ SECRET_TOKEN: "canary-3f9", NODE_OPTIONS: "--no-warnings", SSH_AUTH_SOCK: "/agent" });
  });
  afterEach(() => person[Symbol.asyncDispose]());

  const sh = (script: string) => ["sh", "-c", script];

  it("takes arguments as they are, input, and a folder", async () => {
    const cwd = path.join(person.home, "a b");
    await mkdir(cwd);
    const odd = ["$(id)", "; id", "'\"", "ünï\n", "--", ""];
    const { stdout } = await person.user.run(["printf", "%s|", ...odd]);
    assert.equal(stdout, odd.map((argument) => `${argument}|`).join(""));
    assert.equal((await person.user.run(["cat"], { input: "a\0ü\n" })).stdout, "a\0ü\n");
    assert.equal((await person.user.run(["pwd"], { cwd })).stdout, `${cwd}\n`);
    assert.equal((await person.user.run(["pwd"])).stdout, `${person.home}\n`);
  });

  it("passes the allow-listed environment alone", async () => {
    const { stdout } = await person.user.run(["env"], { env: { GIVEN: "yes" } });
    const variables = Object.fromEntries(
      stdout
        .trim()
        .split("\n")
        .map((line) => line.split("=", 2)),
    ) as Record<string, string>;
    const allowed = /^(?:HOME|USER|LOGNAME|SHELL|PATH|LANG|LC_\w+|TERM|TZ|XDG_RUNTIME_DIR|GIVEN)$/;
    assert.deepEqual(
      Object.keys(variables).filter((name) => !allowed.test(name)),
      [],
    );
    assert.deepEqual(
      [variables["GIVEN"], variables["HOME"], variables["USER"]],
      ["yes", person.home, person.user.name],
    );
  });

  it("gives git the agent for keys, and nothing else of the server's", async () => {
    await person.git(person.home, "init", "--", "repository");
    const trace = path.join(person.base, "environment");
    // A filter is run by git with git's environment.
    const tree = path.join(person.home, "repository");
    await person.user.run(
      sh(
        `git config filter.spy.clean 'env > ${trace}; cat' && echo '* filter=spy' > .gitattributes && echo x > a && git add a && echo y > a`,
      ),
      { cwd: tree },
    );
    await person.user.git.status(tree);
    const environment = await readFile(trace, "utf8");
    assert.match(environment, /^SSH_AUTH_SOCK=\/agent$/m);
    assert.match(environment, /^GIT_TERMINAL_PROMPT=0$/m);
    assert.doesNotMatch(environment, /canary|NODE_OPTIONS/);
  });

  it("has no terminal and a process group of its own", async () => {
    const { stdout } = await person.user.run(sh("ps -o pid=,pgid=,sid=,tty= -p $$"));
    const [pid, group, session, terminal] = stdout.trim().split(/\s+/);
    assert.deepEqual([group, session, terminal], [pid, pid, "?"]);
  });

  it("throws a typed error for a bad end, or answers it where asked", async () => {
    await assert.rejects(person.user.run(sh("echo out; echo 'what went wrong' >&2; exit 3")), (error) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, "command_failed");
      assert.match(error.message, /exit code 3: what went wrong/);
      assert.deepEqual([error.data["exitCode"], error.data["stderr"]], [3, "what went wrong\n"]);
      return true;
    });
    const answered = await person.user.run(sh("echo out; exit 3"), { check: false });
    assert.deepEqual(answered, { exitCode: 3, stdout: "out\n", stderr: "" });
    assert.equal((await person.user.run(sh("kill -9 $$"), { check: false })).exitCode, 137);
  });

  it("shows no secret in an error", async () => {
    const run = person.user.run(["sh", "-c", "echo it was hunter2 >&2; exit 1", "hunter2"], {
      secrets: ["hunter2", ""],
    });
    await assert.rejects(run, (error) => {
      assert.ok(error instanceof AppError);
      assert.doesNotMatch(JSON.stringify([error.message, error.data]), /hunter2/);
      assert.match(error.message, /it was \*\*\*/);
      return true;
    });
  });

  it("says how to install a program that is missing", async () => {
    const environment = { env: { PATH: person.base } };
    await assert.rejects(person.user.run(["codex"], environment), {
      code: "tool_missing",
      message: /npm install -g @openai\/codex/,
    });
    await assert.rejects(person.user.run(["tmux"], environment), { code: "tmux_missing", message: /apt install tmux/ });
    await assert.rejects(person.user.run(["no-such-program"]), { code: "tool_missing", message: /no-such-program/ });
    const without = await makePerson({ PATH: person.base });
    await assert.rejects(without.user.git.status(without.home), { code: "tool_missing", message: /apt install git/ });
    await without[Symbol.asyncDispose]();
  });

  it("says that the folder is missing, and refuses what cannot be run", async () => {
    await assert.rejects(person.user.run(["true"], { cwd: path.join(person.base, "gone") }), {
      code: "workspace_missing",
    });
    await assert.rejects(person.user.run([]), { code: "invalid_input" });
    await assert.rejects(person.user.run(["echo", "a\0b"]), { code: "invalid_input" });
    await assert.rejects(person.user.run([person.base]), { code: "command_failed" });
  });

  it("ends the command and all it started when the time is over, however they cling", async () => {
    const mark = path.join(person.base, "clinging");
    const script = `trap '' TERM; (trap '' TERM; exec -a x sleep 300) & echo $! > ${mark}; sleep 300`;
    await assert.rejects(person.user.run(["bash", "-c", script], { timeoutMs: 1_500 }), { code: "timeout" });
    const child = Number(await readFile(mark, "utf8"));
    await waitFor(() => !alive(child), { what: "the grandchild to end" });
  });

  it("ends it when it is cancelled, before or after it started", async () => {
    await assert.rejects(person.user.run(["true"], { signal: AbortSignal.abort() }), { code: "cancelled" });
    const mark = path.join(person.base, "started");
    const stop = new AbortController();
    const running = person.user.run(sh(`echo $$ > ${mark}; sleep 300`), { signal: stop.signal });
    const rejected = assert.rejects(running, { code: "cancelled" });
    await waitFor(() => person.user.files.exists(mark), { what: "the command to start" });
    stop.abort();
    await rejected;
  });

  it("ends it when it prints too much", async () => {
    await assert.rejects(person.user.run(["yes"], { maxOutputBytes: 10_000 }), { code: "too_large" });
    const { stdout } = await person.user.run(sh("head -c 10000 /dev/zero"), { maxOutputBytes: 10_000 });
    assert.equal(stdout.length, 10_000);
  });

  it("does not wait for what the command left behind with its output open", async () => {
    const mark = path.join(person.base, "left");
    const { stdout } = await person.user.run(sh(`sleep 300 & echo $! > ${mark}; echo done`), { timeoutMs: 10_000 });
    assert.equal(stdout, "done\n");
    const child = Number(await readFile(mark, "utf8"));
    assert.equal(alive(child), true, "what a command leaves running on purpose stays");
    process.kill(child);
  });

  it("is no failure that a command does not read its input", async () => {
    assert.equal((await person.user.run(["true"], { input: "x".repeat(1_000_000) })).exitCode, 0);
  });
});

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}
