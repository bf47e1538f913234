import assert from "node:assert/strict";
import { copyFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { systemClock } from "../../../shared/clock.ts";
import { Accounts } from "../../../server/host/accounts.ts";
import { createSharedHost, type SharedHost } from "../../../server/host/shared.ts";
import { withCode } from "../../support/error-code.ts";
import { linuxUsers, type TestLinuxUser } from "../../support/linux-users.ts";

/**
 * Stands in for the helper where its moments can't be had from the real one: frames as in frames.ts, and what it does
 * with its first call decided by the test. What it leaves in the person's home tells how often it was started.
 */
const standIn = `
const { appendFileSync, readFileSync } = require("node:fs");
const os = require("node:os");
const { username: name, uid, gid, homedir: home, shell } = os.userInfo();
const starts = home + "/starts";
appendFileSync(starts, "x");
const first = readFileSync(starts, "utf8").length === 1;
const send = (message) => {
  const json = Buffer.from(JSON.stringify(message));
  const header = Buffer.alloc(4);
  header.writeUInt32BE(json.length);
  process.stdout.write(Buffer.concat([header, json]));
};
let bytes = Buffer.alloc(0);
process.stdin.on("data", (piece) => {
  bytes = Buffer.concat([bytes, piece]);
  while (bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt32BE()) {
    const end = 4 + bytes.readUInt32BE();
    const message = JSON.parse(bytes.subarray(4, end));
    bytes = bytes.subarray(end);
    const ready = { type: "ready", protocol: 1, name, uid, gid, groups: process.getgroups(), home, shell, pid: process.pid };
    if (message.type === "hello") send(ready);
    if (message.type !== "call") continue;
    if (first) { WHAT; }
    else send({ type: "result", id: message.id, value: "by start " + readFileSync(starts, "utf8").length });
  }
});
process.stdin.on("end", () => process.exit(0));
`;

describe("a helper that ends as it is asked", function () {
  this.timeout(30_000);
  const users = linuxUsers();
  let alice: TestLinuxUser;
  let host: SharedHost | undefined;

  beforeEach(async () => {
    alice = await users.create();
  });
  afterEach(() => host?.close());

  async function asAlice(what: string, source = standIn) {
    const folder = await users.rootDirectory();
    const node = path.join(folder, "node");
    await copyFile(process.execPath, node);
    const program = path.join(folder, "aiops-helper");
    await writeFile(program, `#!${node}\n${source.replace("WHAT", what)}`, { mode: 0o755 });
    host = createSharedHost({ environment: {}, accounts: new Accounts(systemClock), program, idleMs: 60_000 });
    return host.as(alice.name);
  }

  it("of itself, idle, has not begun it: a new one does it, and nobody notices", async () => {
    const user = await asAlice('send({ type: "bye" }); process.stdin.pause(); setTimeout(process.exit, 50)');
    const answers = await Promise.all([1, 2, 3].map(() => user.files.realPath("/")));
    assert.deepEqual(answers, ["by start 2", "by start 2", "by start 2"]);
  });

  it("in the midst of it, may have done it: the caller is told, and it is not repeated", async () => {
    const user = await asAlice('console.error("out of luck"); process.exit(9)');
    await assert.rejects(user.files.realPath("/"), withCode("unavailable", "exit code 9", "out of luck", "half done"));
    assert.equal(await user.files.realPath("/"), "by start 2");
  });

  it("says what is no answer: it is given up, and another is started", async () => {
    const user = await asAlice('process.stdout.write("HTTP/1.1 200 OK\\\\r\\\\n\\\\r\\\\n")');
    await assert.rejects(user.files.realPath("/"), withCode("unavailable", "no answer", "aiops install"));
    assert.equal(await user.files.realPath("/"), "by start 2");
  });

  it("announces more than anybody could mean: it is given up before that is read", async () => {
    const user = await asAlice("process.stdout.write(Buffer.alloc(8, 0xff))");
    await assert.rejects(user.files.realPath("/"), withCode("unavailable", "no answer"));
  });

  it("acts as another user than was asked for: it is ended, and nothing is done", async () => {
    const user = await asAlice("0", standIn.replace("name, uid, gid, groups", 'name: "root", uid: 0, gid, groups'));
    await assert.rejects(user.run(["id"]), withCode("forbidden", "root (0)", alice.name));
  });
});
