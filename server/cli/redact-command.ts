import { Option, type Command } from "commander";
import type { Client } from "../../shared/contract/client.ts";
import type { Page } from "../../shared/entities/common.ts";
import type { RedactionPolicy } from "../../shared/entities/project.ts";
import { AppError } from "../../shared/errors.ts";
import { stricterPolicy } from "../../shared/rules/redaction.ts";
import { knownFrom } from "../redaction/directory.ts";
import { nothingKnown, type KnownEntities } from "../redaction/known-entities.ts";
import { Redactor } from "../redaction/redactor.ts";
import type { Context } from "./command-context.ts";
import { findServer } from "./connect.ts";
import { printJson } from "./output.ts";
import { findProject, withClient } from "./with-client.ts";

interface Options {
  policy?: RedactionPolicy;
  project?: string;
  offline?: boolean;
  json?: boolean;
}

/** redact. */
export function addRedactCommand(program: Command, context: Context): void {
  program
    .command("redact")
    .description(
      "replace people, numbers, dates and places in standard input; with a server also what it knows by name",
    )
    .addOption(
      new Option("--policy <policy>", "phi unless told; with --project never a looser one than the project's").choices([
        "phi",
        "cjis",
        "none",
      ]),
    )
    .option("--project <slug>", "by this project's policy, or a stricter one")
    .option("--offline", "ask no server: only what words and shapes tell")
    .option("--json", "as JSON, with what was replaced where")
    .action(async (options: Options) => {
      const own = context();
      const text = await own.readInput();
      const { policy, known } = options.offline === true ? offline(options) : await asked(context, options);
      const redactor = new Redactor();
      try {
        const { texts, counts } = await redactor.redact({ texts: [text], policy, known });
        const [redacted] = texts;
        if (redacted === undefined) throw new AppError("internal", "Redaction gave no text back.");
        if (options.json === true) printJson(own.output, { policy, ...redacted, counts });
        else own.output.out(redacted.text);
      } finally {
        await redactor.close();
      }
    });
}

interface Basis {
  policy: RedactionPolicy;
  known: KnownEntities;
}

function offline({ policy = "phi", project }: Options): Basis {
  if (project === undefined) return { policy, known: nothingKnown };
  throw new AppError(
    "invalid_input",
    "A project's policy is known to the server only: leave out --offline or --project.",
  );
}

/** What the server that runs knows. Without one, words and shapes tell; none is started for it but to read a project's policy. */
async function asked(context: Context, options: Options): Promise<Basis> {
  const basis: Basis = { policy: options.policy ?? "phi", known: nothingKnown };
  if (options.project === undefined && !(await serverRuns(context))) {
    context().output.err("aiops: no server runs, so names that only it knows may be left.\n");
    return basis;
  }
  await withClient(context(), "aiops redact", async (client, { output }) => {
    const { known, hidden } = await knownTo(client);
    basis.known = known;
    if (hidden.length > 0) output.err(`aiops: you may not read ${hidden.join(", ")}, so names of these may be left.\n`);
    if (options.project === undefined) return;
    const { redactionPolicy } = await findProject(client, options.project);
    basis.policy = stricterPolicy(redactionPolicy, options.policy);
  });
  return basis;
}

async function serverRuns(context: Context): Promise<boolean> {
  try {
    await findServer(context());
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === "unavailable") return false;
    throw error;
  }
}

/** What this person may read of the directory, and the names of the lists they may not. */
async function knownTo(client: Client): Promise<{ known: KnownEntities; hidden: string[] }> {
  const hidden: string[] = [];
  const every = async <T>(what: string, list: (page: { limit: number; cursor?: string }) => Promise<Page<T>>) => {
    const items: T[] = [];
    try {
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page: Page<T> = await list(cursor === undefined ? { limit: 500 } : { limit: 500, cursor });
        items.push(...page.items);
        cursor = page.nextCursor;
      }
    } catch (error) {
      if (!(error instanceof AppError && error.code === "forbidden")) throw error;
      hidden.push(what);
    }
    return items;
  };
  const known = knownFrom({
    people: await every("people", (page) => client.users.list(page)),
    tenants: await every("tenants", (page) => client.tenants.list(page)),
    projects: await every("projects", (page) => client.projects.list(page)),
    connections: await every("connections", (page) => client.connections.list(page)),
    sshHosts: await every("recorded hosts", (page) => client.sshHosts.list(page)),
  });
  return { known, hidden };
}
