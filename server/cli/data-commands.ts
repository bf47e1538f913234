import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import { AppError, errorMessage } from "../../shared/errors.ts";
import { wholeNumber } from "./arguments.ts";
import { withClient } from "./with-client.ts";
import { printJson, printTable, type Output } from "./output.ts";
import type { Context } from "./command-context.ts";
import { parseSeed } from "./seed-file.ts";
import { seedIdentities } from "./identities.ts";
import { readIdentities } from "./identity-files.ts";
import { seed, type SeedReport } from "./seed.ts";

const seedHelp = `
The file is JSON, as:
  {
    "tenants": [{ "slug": "acme", "name": "Acme" }],
    "connections": [{ "tenant": "acme", "name": "GitHub", "provider": "github", "tokenEnv": "GITHUB_TOKEN" }],
    "projects": [{ "tenant": "acme", "slug": "website", "name": "Website",
                   "repositoryUrl": "https://github.com/acme/website.git",
                   "links": [{ "connection": "GitHub", "externalProject": "acme/website" }] }]
  }
docs/seed.md has every field.
`;

/** seed, seed-identities, backup, restore, audit. */
export function addDataCommands(program: Command, context: Context): void {
  program
    .command("seed")
    .description("create tenants, people, connections and projects from a file; repeating changes nothing")
    .requiredOption("--file <json>", "the seed file; - reads standard input")
    .option("--json", "as JSON")
    .addHelpText("after", seedHelp)
    .action(async (options: { file: string; json?: boolean }) => {
      const own = context();
      const file = parseSeed(await readSeed(options.file, own));
      await withClient(own, "aiops seed", async (client, { output, env }) => {
        printReport(output, await seed(client, file, env), options);
      });
    });

  program
    .command("seed-identities")
    .description("import tenants, projects and SSH keys from a directory; repeating changes nothing")
    .requiredOption("--owner-email <email>", "the person the projects belong to, who joins the tenants")
    .requiredOption("--source <dir>", "a folder per tenant, with tenant.json, projects/ and keys/ (docs/seed.md)")
    .option("--json", "as JSON")
    .action(async (options: { ownerEmail: string; source: string; json?: boolean }) => {
      const own = context();
      const tenants = await readIdentities(resolve(own.cwd, options.source));
      await withClient(own, "aiops seed-identities", async (client, { output }) => {
        printReport(output, await seedIdentities(client, tenants, options.ownerEmail), options);
      });
    });

  const audit = program.command("audit").description("the record of every write");
  audit
    .command("verify")
    .description("check the hash chain: finds an edit, a deletion, a reordering, a cut tail")
    .action(async () => {
      await withClient(context(), "aiops audit", async (client, { output }) => {
        const result = await client.system.verifyAudit();
        for (const problem of result.problems) output.err(`${problem}\n`);
        if (!result.ok) throw new AppError("storage_corrupt", "The audit was changed or damaged: see above.");
        output.out(`${result.records} records, unbroken\n`);
      });
    });
  audit
    .command("list")
    .option("--action <name>", "as projects.create")
    .option("--since <time>", "ISO 8601")
    .option("--limit <n>", "how many", wholeNumber, 50)
    .option("--json", "as JSON")
    .action(async (options: { action?: string; since?: string; limit: number; json?: boolean }) => {
      await withClient(context(), "aiops audit", async (client, { output }) => {
        const page = await client.system.audit({ action: options.action, since: options.since, limit: options.limit });
        if (options.json === true) printJson(output, page);
        else {
          const rows = page.items.map((record) => [
            String(record.seq),
            record.at,
            record.actor.id,
            record.action,
            record.outcome,
            record.target,
          ]);
          printTable(output, ["SEQ", "AT", "ACTOR", "ACTION", "OUTCOME", "TARGET"], rows);
        }
      });
    });
}

function readSeed(path: string, own: ReturnType<Context>): Promise<string> {
  return path === "-" ? own.readInput() : readNamed(path, "The seed file", own);
}

async function readNamed(path: string, what: string, own: ReturnType<Context>): Promise<string> {
  try {
    return await readFile(resolve(own.cwd, path), "utf8");
  } catch (error) {
    throw new AppError("invalid_input", `${what} can't be read: ${errorMessage(error)}`, { cause: error });
  }
}

function printReport(output: Output, report: SeedReport, { json }: { json?: boolean }): void {
  if (json === true) {
    printJson(output, report);
    return;
  }
  for (const line of report.created) output.out(`created ${line}\n`);
  for (const line of report.changed) output.out(`changed ${line}\n`);
  output.out(`${report.unchanged} unchanged\n`);
}
