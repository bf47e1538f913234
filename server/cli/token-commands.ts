import type { Command } from "commander";
import { AppError } from "../../shared/errors.ts";
import { tokenScopes, type TokenScope } from "../../shared/rules/token-scopes.ts";
import { wholeNumber } from "./arguments.ts";
import type { Context } from "./command-context.ts";
import { connect } from "./connect.ts";
import { printJson, printTable } from "./output.ts";
import { withClient } from "./with-client.ts";

/** token, tokens. */
export function addTokenCommands(program: Command, context: Context): void {
  program
    .command("token")
    .description("print a token for this Linux user; --as another person, for tests")
    .option("--as <email>", "a token of this person (audited; personal mode)")
    .option("--ttl <seconds>", "how long it is valid (personal mode)", wholeNumber)
    .option("--json", "with its expiry and person, as JSON")
    .action(async (options: { as?: string; ttl?: number; json?: boolean }) => {
      const own = context();
      const server = await connect(own, "aiops token", { as: options.as, ttlSeconds: options.ttl });
      try {
        if (server.grant === undefined) {
          throw new AppError("invalid_input", "AIOPS_TOKEN is set already; unset it to get a new token.");
        }
        if (options.json === true) printJson(own.output, server.grant);
        else own.output.out(`${server.grant.token}\n`);
      } finally {
        await server.close();
      }
    });

  const tokens = program.command("tokens").description("personal access tokens, for scripts; they never administer");
  const several = (value: string, before: string[]) => [...before, value];
  tokens
    .command("create")
    .description("make a token and print it, this once")
    .requiredOption("--name <name>", "what it is for")
    .option("--scope <scope>", "read, write, or a right as issues.write; may be repeated", several, [])
    .option("--days <n>", "how long it is good for", wholeNumber, 90)
    .option("--json", "with its id and expiry, as JSON")
    .action(async (options: { name: string; scope: string[]; days: number; json?: boolean }) => {
      const scopes = options.scope.length === 0 ? (["read"] as const) : options.scope.map(scopeOf);
      await withClient(context(), "aiops tokens", async (client, { output }) => {
        const made = await client.auth.createToken({ name: options.name, scopes: [...scopes], days: options.days });
        if (options.json === true) printJson(output, made);
        else output.out(`${made.token}\n`);
      });
    });
  tokens
    .command("list")
    .description("list your tokens; never the tokens themselves")
    .option("--json", "as JSON")
    .action(async (options: { json?: boolean }) => {
      await withClient(context(), "aiops tokens", async (client, { output }) => {
        const { items } = await client.auth.tokens();
        if (options.json === true) printJson(output, items);
        else {
          const rows = items.map((token) => [
            token.id,
            token.scopes.join(","),
            token.expiresAt,
            token.lastUsedAt ?? "never",
            token.name,
          ]);
          printTable(output, ["TOKEN", "SCOPES", "EXPIRES", "LAST USED", "NAME"], rows);
        }
      });
    });
  tokens
    .command("revoke")
    .description("end a token at once")
    .argument("<token>", "its id, from: aiops tokens list")
    .action(async (id: string) => {
      await withClient(context(), "aiops tokens", async (client) => {
        await client.auth.removeToken({ id });
      });
    });
}

/** @throws AppError invalid_input, naming what there is */
function scopeOf(text: string): TokenScope {
  const scope = tokenScopes.find((each) => each === text);
  if (scope !== undefined) return scope;
  throw new AppError("invalid_input", `There is no scope ${text}. There are: ${tokenScopes.join(", ")}.`);
}
