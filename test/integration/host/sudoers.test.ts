import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { AppError } from "../../../shared/errors.ts";
import { checkSudoers, sudoersText, writeSudoers } from "../../../server/host/sudoers.ts";
import { withCode } from "../../support/error-code.ts";
import { linuxUsers } from "../../support/linux-users.ts";
import { installTestHelper, letActAs, startSharedHost } from "../../support/shared-host.ts";
import { waitFor } from "../../support/wait.ts";

const program = "/usr/lib/aiops/aiops-helper";

describe("the sudoers file", () => {
  it("has one line for each user: one program, no arguments, no wildcard", () => {
    const text = sudoersText({ service: "syseng", users: ["bob", "alice", "bob", "syseng"], program });
    const rules = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    assert.deepEqual(rules, [
      `Defaults!${program} env_reset, !use_pty`,
      `syseng ALL=(alice) NOPASSWD: ${program} ""`,
      `syseng ALL=(bob) NOPASSWD: ${program} ""`,
    ]);
  });

  it("refuses names and paths that mean something else in sudoers", () => {
    for (const name of [
      "ALL",
      "%wheel",
      "#0",
      "a b",
      "a,b",
      "a\nb ALL=(ALL) ALL",
      "",
      "../x",
      "Alice",
      "a:b",
      "+x",
      "!a",
    ]) {
      assert.throws(() => sudoersText({ service: "syseng", users: [name], program }), withCode("invalid_input"), name);
      assert.throws(() => sudoersText({ service: name, users: ["bob"], program }), withCode("invalid_input"), name);
    }
    for (const odd of [
      "/bin/*",
      "aiops-helper",
      "/a b",
      "/a,/bin/sh",
      "/a\\",
      "/a/../b",
      "ALL",
      '/a ""',
      "/a\n",
      "/",
    ]) {
      const options = { service: "syseng", users: ["bob"], program: odd };
      assert.throws(() => sudoersText(options), withCode("invalid_input"), odd);
    }
  });

  describe("on this host", function () {
    this.timeout(60_000);
    const users = linuxUsers();
    let folder: string;

    beforeEach(async () => {
      folder = await mkdtemp(path.join(tmpdir(), "aiops-sudoers-"));
    });
    afterEach(() => rm(folder, { recursive: true }));

    it("is accepted by visudo, written 0440, at once", async () => {
      const file = path.join(folder, "aiops");
      await writeSudoers(sudoersText({ service: "root", users: ["daemon"], program }), file);
      await writeSudoers(sudoersText({ service: "root", users: ["daemon", "bin"], program }), file);
      await checkSudoers(file);
      assert.match(await readFile(file, "utf8"), /ALL=\(bin\)/);
      const { mode, uid, gid } = await stat(file);
      assert.deepEqual([mode & 0o777, uid, gid], [0o440, 0, 0]);
      assert.deepEqual(await readdir(folder), ["aiops"]);
    });

    it("is left as it was where visudo refuses the new one, and is not written under a name that sudo leaves out", async () => {
      const file = path.join(folder, "aiops");
      await writeFile(file, "# as it was\n");
      await assert.rejects(writeSudoers("syseng ALL=(bob NOPASSWD: x\n", file), withCode("invalid_input", "visudo"));
      assert.equal(await readFile(file, "utf8"), "# as it was\n");
      assert.deepEqual(await readdir(folder), ["aiops"]);
      await assert.rejects(writeSudoers("", path.join(folder, "aiops.conf")), withCode("invalid_input", "dot"));
    });

    it("removed, every operation as another says what to do; put back, it goes on", async () => {
      const service = await users.create();
      const alice = await users.create();
      const launcher = await installTestHelper(users);
      const remove = await letActAs(users, service, [alice], launcher);
      const host = await startSharedHost(users, { service, program: launcher, idleMs: 200 });
      const asAlice = await host.as(alice.name);
      await asAlice.run(["true"]);
      await remove();
      await waitFor(async () => Object.keys(await host.helpers()).length === 0, { what: "the helper to end" });
      const root = alice.home;
      const line = `${service.name} ALL=(${alice.name}) NOPASSWD: ${launcher} ""`;
      for (const operation of [
        () => asAlice.run(["true"]),
        () => asAlice.files.stat(root),
        () => asAlice.files.readFile(path.join(root, "x"), { root }),
        () => asAlice.files.writeFile(path.join(root, "x"), "x", { root }),
        () => asAlice.git.status(root),
        () => asAlice.git.clone("https://127.0.0.1/x.git", path.join(root, "x")),
      ]) {
        await assert.rejects(operation(), withCode("forbidden", line, "aiops install", "aiops doctor"));
      }
      assert.equal((await (await host.as(service.name)).run(["id", "-un"])).stdout.trim(), service.name);
      await letActAs(users, service, [alice], launcher);
      await waitFor(() => works(() => asAlice.run(["true"])), { what: "acting as the user to work again" });
      await host.stop();
    });

    it("asking for a password, naming another program, or an account that is gone, is told as what it is", async () => {
      const service = await users.create();
      const alice = await users.create();
      const launcher = await installTestHelper(users);
      const host = await startSharedHost(users, { service, program: launcher });
      await users.installSudoers(`${service.name} ALL=(${alice.name}) ${launcher} ""\n`);
      await assert.rejects((await host.as(alice.name)).run(["true"]), withCode("forbidden", "asks for a password"));
      await host.stop();

      const other = await startSharedHost(users, { service, program: `${path.dirname(launcher)}/gone/aiops-helper` });
      await users.installSudoers(
        `${service.name} ALL=(${alice.name}) NOPASSWD: ${path.dirname(launcher)}/gone/aiops-helper ""\n`,
      );
      await assert.rejects((await other.as(alice.name)).run(["true"]), withCode("tool_missing", "aiops install"));
      await assert.rejects(other.as("nobody-has-this-name"), withCode("forbidden", "no Linux account"));
      await assert.rejects(other.as(""), withCode("forbidden", "no Linux account"));
      for (const odd of ["0", "-u root", "alice;id", "../x", "%sudo", "#0"]) {
        await assert.rejects(other.as(odd), withCode("forbidden", "no Linux account"), odd);
      }
      await other.stop();
    });
  });

  /** Whether it may act again; any other failure is one of the test. */
  async function works(act: () => Promise<unknown>): Promise<boolean> {
    try {
      await act();
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === "forbidden") return false;
      throw error;
    }
  }
});
