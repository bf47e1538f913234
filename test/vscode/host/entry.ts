// What VS Code loads as `extensionTestsPath`: runs the bundled test files beside it.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { HOST_ENV } from "./protocol.ts";
import { runMocha } from "./runner.ts";

/** Called by VS Code; its rejection becomes exit code 1. */
export async function run(): Promise<void> {
  const chosen = process.env[HOST_ENV.files];
  const files = chosen ? (JSON.parse(chosen) as string[]) : await bundledTests();
  await runMocha(files.map((file) => join(import.meta.dirname, file)));
}

async function bundledTests(): Promise<string[]> {
  const entries = await readdir(import.meta.dirname, { recursive: true });
  return entries.filter((entry) => entry.endsWith(".test.mjs")).sort();
}
