import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive, readRuntimeFile } from "../../../../extension/connection/runtime-file.ts";

const announced = {
  url: "http://127.0.0.1:4280",
  pid: process.pid,
  version: "0.1.0",
  secret: "s".repeat(40),
  startedAt: "2026-01-01T00:00:00.000Z",
};

describe("the runtime file", () => {
  let folder: string;
  let file: string;
  const write = (value: unknown) =>
    writeFile(file, typeof value === "string" ? value : JSON.stringify(value), { mode: 0o600 });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "aiops-runtime-"));
    file = join(folder, "server.json");
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("is read where it is the person's alone", async () => {
    await write(announced);
    assert.deepEqual(await readRuntimeFile(file), announced);
  });

  it("is none where no server runs", async () => {
    assert.equal(await readRuntimeFile(file), undefined);
  });

  for (const mode of [0o644, 0o660, 0o604]) {
    it(`is not trusted with mode ${mode.toString(8)}`, async () => {
      await write(announced);
      await chmod(file, mode);
      await assert.rejects(readRuntimeFile(file), { code: "unsafe_path", message: /0600/ });
    });
  }

  it("is not followed where it is a link", async () => {
    const elsewhere = join(folder, "elsewhere.json");
    await writeFile(elsewhere, JSON.stringify(announced), { mode: 0o600 });
    await symlink(elsewhere, file);
    await assert.rejects(readRuntimeFile(file), { code: "unsafe_path" });
  });

  const unusable: Record<string, unknown> = {
    "cut in the middle": '{"url":"http://127.0.0.1:4280","pid":12',
    "of another form": ["a", "list"],
    "naming another host": { ...announced, url: "http://example.org:80" },
    "naming another protocol": { ...announced, url: "file:///etc/passwd" },
    "with the id of a process group": { ...announced, pid: -1 },
    "with the id of init": { ...announced, pid: 1 },
    "without a secret": { ...announced, secret: undefined },
  };
  for (const [name, value] of Object.entries(unusable)) {
    it(`is that of a server that is gone where it is ${name}`, async () => {
      await write(value);
      assert.equal(await readRuntimeFile(file), undefined);
    });
  }

  it("tells a process that runs from one that does not", () => {
    assert.equal(isAlive(process.pid), true);
    assert.equal(isAlive(4_194_303), false);
  });
});
