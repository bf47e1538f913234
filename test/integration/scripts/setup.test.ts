import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../../../scripts/setup/places.mjs";
import { withLock } from "../../../scripts/setup/lock.mjs";

const run = promisify(execFile);

describe("set-up", () => {
  it("has nothing to say and nothing to do when all is there", async () => {
    const { stdout, stderr } = await run(process.execPath, [join(root, "scripts", "setup.mjs"), "build"]);
    assert.equal(stdout + stderr, "");
  });

  it("refuses a level it does not know, and names those it knows", async () => {
    await assert.rejects(
      run(process.execPath, [join(root, "scripts", "setup.mjs"), "everything"]),
      /build, run or test/,
    );
  });
});

function neverWaits(owner: number): void {
  assert.fail(`waited for process ${owner}`);
}

describe("the set-up lock", () => {
  let folder = "";
  let file = "";

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "aiops-lock-"));
    file = join(folder, "setup.lock");
  });

  afterEach(async () => rm(folder, { recursive: true, force: true }));

  it("lets one in at a time and is gone afterwards", async () => {
    const events: string[] = [];
    const { promise: firstMayEnd, resolve: endFirst } = Promise.withResolvers<void>();
    const first = withLock(
      file,
      () => {},
      async () => {
        events.push("first in");
        await firstMayEnd;
        events.push("first out");
      },
    );
    const onWait = (owner: number): void => {
      assert.equal(owner, process.pid);
      events.push("second waits");
      endFirst();
    };
    await withLock(file, onWait, async () => void events.push("second in"));
    await first;
    assert.deepEqual(events, ["first in", "second waits", "first out", "second in"]);
    assert.equal(existsSync(file), false);
  });

  it("is taken over from a process that has ended", async () => {
    const child = spawn(process.execPath, ["--eval", ""]);
    await once(child, "exit");
    await writeFile(file, `${child.pid}\n`);
    assert.equal(await withLock(file, neverWaits, async () => "in"), "in");
  });

  it("is given back when the work fails", async () => {
    await assert.rejects(
      withLock(file, neverWaits, () => Promise.reject(new Error("no space"))),
      /no space/,
    );
    assert.equal(existsSync(file), false);
  });
});
