import { Argument, Option, type Command } from "commander";
import { systemClock } from "../../shared/clock.ts";
import { AppError } from "../../shared/errors.ts";
import { isRecord } from "../../shared/values.ts";
import { loadConfig } from "../config/load.ts";
import { documentConfig, secretKeys } from "../config/schema.ts";
import { createLogger } from "../log.ts";
import { httpMethod, minutes, wholeNumber } from "./arguments.ts";
import { connect } from "./connect.ts";
import { printJson, printTable } from "./output.ts";
import type { CommandContext, Context } from "./command-context.ts";

/** serve, request, config, doctor. */
export function addServerCommands(program: Command, context: Context): void {
  program
    .command("serve")
    .description("start the server in the foreground; ends cleanly on SIGTERM")
    .option("--port <n>", "TCP port on 127.0.0.1; 0 takes a free one", wholeNumber)
    .option("--data-dir <dir>", "where everything is stored")
    .option("--mode <mode>", "personal or shared")
    .option("--idle-minutes <n>", "end this long after the last client when no session runs; 0 never", minutes)
    .action(async (options: { port?: number; dataDir?: string; mode?: string; idleMinutes?: number }) => {
      const { env, flags, version, output } = context();
      const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
      const config = await loadConfig({ env, flags: { ...flags, ...given } });
      const { serve } = await import("../serve.ts");
      await serve({
        config,
        env,
        version,
        log: createLogger(config.logLevel),
        ready: (line) => output.out(`${line}\n`),
      });
    });

  program
    .command("request")
    .description('call the server\'s API, as: aiops request PATCH /api/projects/ID --data \'{"name":"New"}\'')
    .addArgument(new Argument("<method>").argParser(httpMethod))
    .argument("<path>", "path and query, as /api/issues?limit=5")
    .addOption(new Option("--data <json>", "the body; - reads it from standard input"))
    .option("--if-match <version>", "the version the change was made on", wholeNumber)
    .action(async (method: string, path: string, options: { data?: string; ifMatch?: number }) => {
      const own = context();
      if (!path.startsWith("/")) throw new AppError("invalid_input", "The path must begin with /, as /api/issues.");
      const body = options.data === "-" ? await own.readInput() : options.data;
      const server = await connect(own, "aiops request");
      try {
        const address = new URL(path, server.url);
        // "//host/…" and the like name another server, which must not be sent the token.
        if (address.origin !== new URL(server.url).origin) {
          throw new AppError("invalid_input", `${path} leads to another server. Give a path, as /api/issues.`);
        }
        const response = await reach(address, {
          method,
          headers: {
            authorization: `Bearer ${server.token}`,
            ...(body === undefined ? {} : { "content-type": "application/json" }),
            ...(options.ifMatch === undefined ? {} : { "if-match": String(options.ifMatch) }),
          },
          ...(body === undefined ? {} : { body }),
        });
        const answer = await response.text();
        if (response.ok) own.output.out(answer === "" ? "" : `${pretty(answer)}\n`);
        else throw await problemOf(response.status, answer);
      } finally {
        await server.close();
      }
    });

  program
    .command("config")
    .description("list every setting with its value, variable and meaning")
    .option("--json", "as JSON")
    .action(async (options: { json?: boolean }) => {
      const { env, flags, output } = context();
      const config: Record<string, unknown> = { ...(await loadConfig({ env, flags })) };
      const rows = documentConfig().map((entry) => ({ ...entry, value: shown(entry.key, config[entry.key]) }));
      if (options.json === true) printJson(output, rows);
      else
        printTable(
          output,
          ["SETTING", "VALUE", "VARIABLE", "DEFAULT", "MEANING"],
          rows.map((row) => [row.key, row.value, row.env, row.fallback, row.description]),
        );
    });

  program
    .command("doctor")
    .description("look for what is missing or wrong on this machine, with the command that mends it")
    .option("--json", "as JSON")
    .option("--repair", "set damaged data files aside and take their last good copy; the server must not run")
    .action(async (options: { json?: boolean; repair?: boolean }) => {
      const own = context();
      if (options.repair === true) await repair(own);
      const { diagnose } = await import("../doctor/diagnose.ts");
      const findings = await diagnose(await loadConfig(own), own.env);
      if (options.json === true) printJson(own.output, findings);
      else
        printTable(
          own.output,
          ["", "CHECK", "FOUND", "WHAT TO DO"],
          findings.map((finding) => [finding.level, finding.check, finding.found, finding.remedy ?? ""]),
        );
      if (findings.some(({ level }) => level === "fail"))
        throw new AppError("command_failed", "Something needs mending: see the lines marked fail.");
    });
}

async function repair(own: CommandContext): Promise<void> {
  const { repairDocuments } = await import("../storage/recovery.ts");
  const { dataDir } = await loadConfig(own);
  const repairs = await repairDocuments(dataDir, systemClock);
  if (repairs.length === 0) own.output.err("No data file is damaged.\n");
  for (const { scope, collection, records, setAside } of repairs) {
    own.output.err(`${scope}/${collection}: ${records} records recovered; set aside: ${setAside.join(", ")}\n`);
  }
}

/** @throws AppError unavailable where nobody answers */
async function reach(address: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, init);
  } catch (error) {
    // A TypeError with a cause is the network's; one without is about the call, as a body with GET.
    if (!(error instanceof TypeError)) throw error;
    if (error.cause === undefined) throw new AppError("invalid_input", `${error.message}.`, { cause: error });
    throw new AppError("unavailable", `The aiops server at ${address.origin} does not answer. Run: aiops doctor`, {
      cause: error,
    });
  }
}

function shown(key: string, value: unknown): string {
  if (value === undefined) return "";
  if (secretKeys.has(key)) return "(set)";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch (error) {
    // Not JSON, as /metrics: shown as it came.
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

async function problemOf(status: number, text: string): Promise<AppError> {
  const { fromProblem } = await import("../../shared/problem.ts");
  const body: unknown = text.startsWith("{") ? JSON.parse(text) : undefined;
  return fromProblem(isRecord(body) ? body : undefined, status);
}
