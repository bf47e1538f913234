import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { root } from "../../../scripts/setup/places.mjs";

const run = promisify(execFile);

const results = z.object({ stats: z.object({ passes: z.int(), failures: z.int(), pending: z.int() }) });

describe("a server that came back from a backup taken under load", () => {
  it("passes the API's tests: permissions, tenants, attacks, errors, events, audit", async function () {
    this.timeout(600_000);
    const all = globSync("test/integration/http/*.test.ts", { cwd: root });
    const uses = async (file: string) => (await readFile(join(root, file), "utf8")).includes("makeWorld(");
    const suites: string[] = [];
    for (const file of all)
      if (file !== "test/integration/http/restored.test.ts" && (await uses(file))) suites.push(file);
    assert.ok(suites.length >= 6, suites.join());
    const mocha = join(root, "node_modules", "mocha", "bin", "mocha.js");
    const { stdout } = await run(process.execPath, [mocha, "--reporter", "json", ...suites], {
      cwd: root,
      env: { ...process.env, AIOPS_TEST_RESTORED: "1" },
      maxBuffer: 64 * 1024 * 1024,
    });
    const { stats } = results.parse(JSON.parse(stdout.slice(stdout.indexOf('{\n  "stats"'))));
    assert.deepEqual([stats.failures, stats.pending], [0, 0]);
    assert.ok(stats.passes > 300, `${stats.passes} passed`);
  });
});
