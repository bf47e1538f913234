import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A fresh directory (0700) for each test of the surrounding `describe`, removed after it.
 * Answers a function that gives the present test's directory.
 */
export function temporaryDirectory(): () => string {
  let path = "";
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), "aiops-test-"));
  });
  afterEach(async () => {
    await rm(path, { recursive: true, force: true });
  });
  return () => path;
}
