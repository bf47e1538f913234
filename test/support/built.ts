import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { bundles } from "../../scripts/build/bundles.ts";

/** The built server, CLI and helper of the sources as they are now, in a directory that is removed after the tests. */
export function builtServerDirectory(): () => string {
  let directory = "";
  before(async function () {
    this.timeout(60_000);
    directory = await mkdtemp(join(tmpdir(), "aiops-built-"));
    // Other accounts run it too.
    await chmod(directory, 0o755);
    const parts = bundles(directory, false).filter(({ name }) => name === "server" || name === "helper");
    await Promise.all(parts.map(({ options }) => build(options)));
  });
  after(() => rm(directory, { recursive: true, force: true }));
  return () => directory;
}
