import { Command, CommanderError, Option } from "commander";
import { AppError, errorMessage } from "../../shared/errors.ts";
import { exitCodes } from "../../shared/rules/exit-codes.ts";
import { addAdminCommands } from "./admin-commands.ts";
import { addAuthCommands } from "./auth-commands.ts";
import { addBackupCommands } from "./backup-commands.ts";
import { addDataCommands } from "./data-commands.ts";
import type { CommandContext, Context } from "./command-context.ts";
import { addGitCommands } from "./git-commands.ts";
import { addInstallCommands } from "./install-commands.ts";
import { addIssueCommands } from "./issue-commands.ts";
import { addKeyCommands } from "./key-commands.ts";
import { printJson, type Output } from "./output.ts";
import { addRedactCommand } from "./redact-command.ts";
import { addServerCommands } from "./server-commands.ts";
import { addSshKeyCommands } from "./ssh-key-commands.ts";
import { addTokenCommands } from "./token-commands.ts";
import { addSetupCommands } from "./setup-commands.ts";
import { addWorkCommands } from "./work-commands.ts";

const help = `
Exit codes: 0 done, 1 failed, 2 wrong usage or input, 3 no such thing, 4 no server or provider in reach,
5 another server has the data directory.

Examples:
  aiops setup                              lead through the first configuration
  aiops serve                              start the server in the foreground
  aiops request GET '/api/issues?status=open&limit=5'
  aiops seed --file seed.json              create tenants, people, connections and projects
  aiops sync-issues --project website      fetch a project's issues
  aiops redact --policy phi < report.txt   replace people, numbers, dates and places
  aiops audit verify                       check the audit's hash chain
  aiops backup --to aiops-backup.tar.gz    a consistent copy while the server runs
  sudo aiops install                       set up a server for all people of this host
`;

/**
 * Runs one call of `aiops`.
 * @param argv the words after the program's name
 * @returns the exit code
 */
export async function runCli(argv: readonly string[], base: Omit<CommandContext, "flags">): Promise<number> {
  const { output } = base;
  const program = new Command("aiops");
  program
    .description("The companion server of the aiops VS Code extension, and what it can do, from a shell.")
    .version(base.version, "-V, --version")
    .addOption(new Option("--data-dir <dir>", "use this data directory (AIOPS_DATA_DIR)"))
    .addHelpText("after", help)
    .configureOutput({ writeOut: (text) => output.out(text), writeErr: (text) => output.err(text) })
    .showHelpAfterError("Run with --help to see how it is used.")
    .exitOverride();
  const context: Context = () => ({ ...base, flags: { dataDir: program.opts<{ dataDir?: string }>().dataDir } });
  addServerCommands(program, context);
  addTokenCommands(program, context);
  addAuthCommands(program, context);
  addAdminCommands(program, context);
  addDataCommands(program, context);
  addBackupCommands(program, context);
  addKeyCommands(program, context);
  addInstallCommands(program, context);
  addSetupCommands(program, context);
  addIssueCommands(program, context);
  addWorkCommands(program, context);
  addGitCommands(program, context);
  addRedactCommand(program, context);
  addSshKeyCommands(program, context);
  program
    .command("version")
    .description("print the version")
    .option("--json", "as JSON")
    .action((options: { json?: boolean }) => {
      if (options.json === true) printJson(output, { version: base.version, node: process.versions.node });
      else output.out(`${base.version}\n`);
    });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exitCodes.ok;
  } catch (error) {
    return report(error, output);
  }
}

function report(error: unknown, output: Output): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  output.err(`aiops: ${errorMessage(error)}\n`);
  if (!(error instanceof AppError)) return exitCodes.failed;
  switch (error.code) {
    case "invalid_input":
    case "policy_unavailable":
      return exitCodes.usage;
    case "not_found":
      return exitCodes.notFound;
    case "data_directory_in_use":
      return exitCodes.inUse;
    case "unavailable":
    case "timeout":
    case "provider_failed":
      return exitCodes.unreachable;
    default:
      return exitCodes.failed;
  }
}
