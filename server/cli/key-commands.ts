import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { RotationReport } from "../../shared/contract/keys.ts";
import { AppError } from "../../shared/errors.ts";
import { storageError, systemCode } from "../storage/fault.ts";
import type { Context } from "./command-context.ts";
import { printJson, printTable } from "./output.ts";
import { withClient } from "./with-client.ts";

const rotateHelp = `
The key comes from one of:
  the key file (AIOPS_KEY_FILE)         the new key is made there
  the environment (AIOPS_MASTER_KEY)    put the new key first, the old one after a comma, restart, then rotate
  a command (AIOPS_KEY_COMMAND)         let it print the new key first, then the old one, restart, then rotate
`;

/** keys list, keys rotate, keys new-identity. */
export function addKeyCommands(program: Command, context: Context): void {
  const keys = program.command("keys").description("the keys that secrets are sealed with");
  keys
    .command("list")
    .description("list the keys and how many values each opens; never the keys themselves")
    .option("--json", "as JSON")
    .action(async (options: { json?: boolean }) => {
      await withClient(context(), "aiops keys", async (client, { output }) => {
        const { items } = await client.keys.list();
        if (options.json === true) printJson(output, items);
        else {
          const rows = items.map((key) => [
            key.id,
            key.active ? "active" : "opens",
            key.source,
            String(key.values),
            key.createdAt ?? "",
          ]);
          printTable(output, ["KEY", "USE", "FROM", "VALUES", "MADE"], rows);
        }
      });
    });
  keys
    .command("rotate")
    .description("seal every stored secret with a new key; repeated after an interruption it goes on")
    .option("--keep-old", "leave the old keys in the key file, for backups made with them")
    .option("--json", "as JSON")
    .addHelpText("after", rotateHelp)
    .action(async (options: { keepOld?: boolean; json?: boolean }) => {
      await withClient(context(), "aiops keys", async (client, { output }) => {
        const report = await client.keys.rotate({ keepOld: options.keepOld === true });
        if (options.json === true) printJson(output, report);
        else for (const line of describe(report)) output.out(`${line}\n`);
        if (report.unreadable > 0) {
          throw new AppError(
            "secret_unreadable",
            `${report.unreadable} values could not be opened and stay as they are: see aiops keys list, and enter them anew.`,
          );
        }
      });
    });
  keys
    .command("new-identity")
    .description("make an age identity for opening encrypted backups, and print its recipient for --encrypt-to")
    .requiredOption("--to <file>", "the file to make (mode 0600); keep it apart from the backups")
    .action(async (options: { to: string }) => {
      const { cwd, output } = context();
      const { newIdentity } = await import("../storage/backup-encryption.ts");
      const { identity, recipient } = await newIdentity();
      const path = resolve(cwd, options.to);
      try {
        await writeFile(path, `# public key: ${recipient}\n${identity}\n`, { mode: 0o600, flag: "wx" });
      } catch (error) {
        if (systemCode(error) !== "EEXIST") throw storageError(error, `write ${path}`);
        throw new AppError("name_taken", `${path} exists already. Choose another name.`, { cause: error });
      }
      output.out(`${recipient}\n`);
    });
}

function describe(report: RotationReport): string[] {
  const lines = [`${report.resealed} values were sealed anew; the active key is ${report.activeId}.`];
  if (report.removed.length > 0) {
    lines.push(
      `Removed: ${report.removed.join(", ")}. Backups made before need them: keep your copy of the old key file with those.`,
    );
  }
  if (report.unused.length > 0) {
    const where = report.external
      ? "Take them out of where they come from (see aiops keys list)."
      : "They stay in the key file.";
    lines.push(`Open nothing any more: ${report.unused.join(", ")}. ${report.settling ? "" : where}`.trimEnd());
  }
  if (report.settling) lines.push("Something was sealed with the old key just now: repeat this in a minute.");
  if (report.external) lines.push("The keys come from elsewhere, so no new one was made: put a new one first there.");
  lines.push("Keep a copy of the key apart from the backups.");
  return lines;
}
