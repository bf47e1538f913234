import assert from "node:assert/strict";
import { link, mkdir, readdir, readFile, stat, symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { previousPath, readRegularFile, writeFileAtomic, writeNew } from "../../../server/storage/atomic-file.ts";
import { withCode } from "../../support/error-code.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

describe("atomic file", () => {
  const directory = temporaryDirectory();
  const path = () => join(directory(), "settings.json");
  const text = (name: string) => readFile(name, "utf8");

  it("replaces a file and keeps the one before, 0600, nothing else left", async () => {
    for (const content of ["one", Buffer.from("two"), "three"]) {
      await writeFileAtomic(path(), content, { keepPrevious: true });
    }
    assert.equal(await text(path()), "three");
    assert.equal(await text(previousPath(path())), "two");
    assert.deepEqual((await readdir(directory())).sort(), ["settings.json", "settings.json.previous"]);
    assert.equal((await stat(path())).mode & 0o777, 0o600);
  });

  it("goes on where a crash left the previous copy as a second name of the file", async () => {
    await writeFileAtomic(path(), "one");
    await link(path(), previousPath(path()));
    await writeFileAtomic(path(), "two", { keepPrevious: true });
    assert.deepEqual((await readdir(directory())).sort(), ["settings.json", "settings.json.previous"]);
    assert.equal(await text(previousPath(path())), "one");
  });

  it("leaves the old file when the content fails on the way", async () => {
    await writeFileAtomic(path(), "old");
    async function* failing(): AsyncGenerator<string> {
      yield await Promise.resolve("half");
      throw new RangeError("no more");
    }
    await assert.rejects(
      writeFileAtomic(path(), failing(), { keepPrevious: true }),
      withCode("storage_failed", "no more"),
    );
    assert.equal(await text(path()), "old");
    assert.deepEqual(await readdir(directory()), ["settings.json"]);
  });

  it("refuses a planted link or directory and leaves what it points to", async () => {
    const target = join(directory(), "target");
    await writeFile(target, "precious");
    await symlink(target, path());
    await assert.rejects(
      writeFileAtomic(path(), "new", { keepPrevious: true }),
      withCode("unsafe_path", "settings.json"),
    );
    await assert.rejects(readRegularFile(path()), withCode("unsafe_path"));
    await assert.rejects(writeNew(path(), "new"), { code: "EEXIST" });
    assert.equal(await text(target), "precious");
    await unlink(path());
    await mkdir(path());
    await assert.rejects(writeFileAtomic(path(), "new"), withCode("unsafe_path"));
    await assert.rejects(readRegularFile(path()), withCode("unsafe_path"));
  });

  it("says when the directory is missing, and reads an absent file as none", async () => {
    await assert.rejects(writeFileAtomic(join(directory(), "no", "x"), "new"), withCode("storage_failed", "write x"));
    assert.equal(await readRegularFile(path()), undefined);
  });
});
