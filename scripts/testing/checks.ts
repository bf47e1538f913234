// Types, lint (with the direction rules) and format.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "../setup/places.mjs";
import { tool } from "./command.ts";
import { emptyResult, timed, type StageResult } from "./results.ts";

export type CheckName = "types" | "lint" | "format";

export const checkNames: CheckName[] = ["types", "lint", "format"];

function commands(name: CheckName, fix: boolean): string[][] {
  switch (name) {
    case "types": {
      const projects = ["tsconfig.json", "webviews/tsconfig.json", "test/webviews/tsconfig.json"];
      return projects
        .filter((file) => existsSync(join(root, file)))
        .map((file) => ["tsc", "--noEmit", "--project", file]);
    }
    case "lint":
      return [["oxlint", ...(fix ? ["--fix"] : [])]];
    case "format":
      return [["prettier", fix ? "--write" : "--check", "--log-level", "warn", "."]];
    default:
      throw new Error(`there is no check "${String(name)}"`);
  }
}

/** Runs one check; it counts as one, whatever it finds. */
export async function check(name: CheckName, fix = false): Promise<StageResult> {
  return timed(name, async () => {
    const result = emptyResult(name);
    const runs = await Promise.all(commands(name, fix).map((command) => tool(command)));
    const failed = runs.filter((run) => run.code !== 0);
    if (failed.length === 0) result.passed = 1;
    else result.failures.push({ title: name, detail: failed.map((run) => run.output).join("\n") });
    return result;
  });
}
