import assert from "node:assert/strict";
import { chmod, mkdir, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { openRuntimeDirectory } from "../../server/runtime.ts";
import { withCode } from "../support/error-code.ts";
import { temporaryDirectory } from "../support/temporary.ts";

describe("the runtime directory", () => {
  const directory = temporaryDirectory();
  const path = () => join(directory(), "run");
  const modeOf = async () => ((await stat(path())).mode & 0o777).toString(8);

  it("is one's own alone in personal mode", async () => {
    await openRuntimeDirectory(path(), "personal");
    assert.equal(await modeOf(), "700");
    await chmod(path(), 0o711);
    await assert.rejects(openRuntimeDirectory(path(), "personal"), withCode("unsafe_path", "chmod 700"));
  });

  it("lets people pass through on a shared host, and write nothing", async () => {
    await openRuntimeDirectory(path(), "shared");
    assert.equal(await modeOf(), "711");
    for (const mode of [0o731, 0o713, 0o777]) {
      await chmod(path(), mode);
      await assert.rejects(openRuntimeDirectory(path(), "shared"), withCode("unsafe_path", "chmod 711"));
    }
  });

  it("is a directory and no link to one", async () => {
    await mkdir(join(directory(), "other"), { mode: 0o700 });
    await symlink(join(directory(), "other"), path());
    for (const mode of ["personal", "shared"] as const) {
      await assert.rejects(openRuntimeDirectory(path(), mode), withCode("unsafe_path", path()));
    }
  });
});
