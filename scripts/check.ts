// npm run check [-- types|lint|format…] [--fix]: the quick loop.
import { parseArgs } from "node:util";
import { check, checkNames, type CheckName } from "./testing/checks.ts";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { fix: { type: "boolean" } } });
const unknown = positionals.find((name) => !checkNames.some((known) => known === name));
if (unknown) throw new Error(`There is no check "${unknown}"; there are ${checkNames.join(", ")}.`);
const wanted: CheckName[] = checkNames.filter((name) => positionals.length === 0 || positionals.includes(name));
// Fixing writes files, so one after the other: lint first, then format.
const chosen = values.fix && positionals.length === 0 ? wanted.filter((name) => name !== "types") : wanted;
for (const result of values.fix ? await inTurn(chosen) : await Promise.all(chosen.map((name) => check(name)))) {
  console.log(`${result.failures.length === 0 ? "✔" : "✘"} ${result.name}`);
  for (const { detail } of result.failures) console.log(detail);
  if (result.failures.length > 0) process.exitCode = 1;
}

async function inTurn(names: CheckName[]) {
  const results = [];
  for (const name of names) results.push(await check(name, true));
  return results;
}
