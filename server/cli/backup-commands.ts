import { randomBytes } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { AppError, errorMessage } from "../../shared/errors.ts";
import { loadConfig } from "../config/load.ts";
import type { BackupKeys, EncryptTo } from "../storage/backup-encryption.ts";
import type { CommandContext, Context } from "./command-context.ts";

/** Holds the passphrase where nobody is there to be asked, as in cron. */
const passphraseVariable = "AIOPS_BACKUP_PASSPHRASE";

const backupHelp = `
An encrypted backup is in the age format (https://age-encryption.org): "age --decrypt" opens it too. Make a pair of
identity and recipient with "aiops keys new-identity --to FILE", and keep the identity elsewhere. The passphrase is
asked for, or read from ${passphraseVariable}.
`;

interface RestoreFlags {
  from: string;
  identity?: string;
  passphrase?: boolean;
  sshOption: string[];
}

/** backup, restore. */
export function addBackupCommands(program: Command, context: Context): void {
  const several = (value: string, before: string[]) => [...before, value];
  program
    .command("backup")
    .description("a consistent copy of the data, while the server runs or not")
    .requiredOption("--to <file>", "the file to make (mode 0600)")
    .option("--encrypt-to <recipient>", "an age recipient (age1…), or a file of them; may be repeated", several, [])
    .option("--passphrase", "encrypt with a passphrase instead")
    .addHelpText("after", backupHelp)
    .action(async (options: { to: string; encryptTo: string[]; passphrase?: boolean }) => {
      const own = context();
      const config = await loadConfig(own);
      const encryptTo = await readEncryptTo(options, own);
      const { backup } = await import("../storage/backup.ts");
      const made = await backup({ dataDir: config.dataDir, target: resolve(own.cwd, options.to), encryptTo });
      own.output.out(`${made.path}: ${made.files} files, ${made.bytes} bytes\n${made.keyNotice}\n`);
    });
  program
    .command("restore")
    .description("unpack a backup into an empty data directory")
    .requiredOption("--from <where>", "the backup, or ssh://user@host/dir: the newest one in that directory")
    .option("--identity <file>", "the age identity file of an encrypted backup")
    .option("--passphrase", "the backup was encrypted with a passphrase")
    .option("--ssh-option <option>", "an option of ssh, as IdentityFile=/path; may be repeated", several, [])
    .action(async (options: RestoreFlags) => {
      const own = context();
      const { dataDir } = await loadConfig(own);
      const { restore } = await import("../storage/backup.ts");
      const keys = await readKeys(options, own);
      const restored = await withSource(options, dataDir, own, (source) => restore({ source, dataDir, keys }));
      const { files, createdAt } = restored;
      own.output.out(`${dataDir}: ${files} files of ${createdAt}\n${restored.keyNotice}\n${revivedNotice}\n`);
    });
}

/** A backup knows nothing of what was revoked after it was made. */
const revivedNotice =
  "People and tokens are as they were then: disable and revoke again whom and what was since (aiops tokens list).";

/** A backup on another machine is copied beside the data first, and the copy removed. */
async function withSource<T>(
  { from, sshOption }: RestoreFlags,
  dataDir: string,
  own: CommandContext,
  work: (source: string) => Promise<T>,
): Promise<T> {
  const { fetchBackup, parseRemoteBackup } = await import("../storage/fetch-backup.ts");
  const remote = parseRemoteBackup(from);
  if (remote === undefined) return work(resolve(own.cwd, from));
  const { makeDirectories } = await import("../storage/make-directories.ts");
  makeDirectories(dirname(dataDir));
  const copy = join(dirname(dataDir), `.aiops-fetched-${randomBytes(6).toString("hex")}`);
  try {
    const path = await fetchBackup(remote, copy, { HOME: homedir(), ...own.env }, sshOption);
    own.output.err(`fetched ${path} from ${remote.host}\n`);
    return await work(copy);
  } finally {
    await rm(copy, { force: true });
  }
}

async function readEncryptTo(
  options: { encryptTo: string[]; passphrase?: boolean },
  own: CommandContext,
): Promise<EncryptTo | undefined> {
  if (options.passphrase === true) {
    if (options.encryptTo.length > 0) {
      throw new AppError("invalid_input", "A backup is encrypted to recipients or with a passphrase, not both.");
    }
    return { passphrase: await readPassphrase(own, true) };
  }
  const recipients = await Promise.all(
    options.encryptTo.map(async (given) => {
      if (given.startsWith("age1")) return [given];
      const lines = (await readNamed(given, "The recipients file", own)).split("\n").map((line) => line.trim());
      return lines.filter((line) => line !== "" && !line.startsWith("#"));
    }),
  );
  return options.encryptTo.length === 0 ? undefined : { recipients: recipients.flat() };
}

async function readKeys({ identity, passphrase }: RestoreFlags, own: CommandContext): Promise<BackupKeys> {
  if (passphrase === true) return { passphrase: await readPassphrase(own, false) };
  if (identity === undefined) return {};
  const { parseIdentities } = await import("../storage/backup-encryption.ts");
  return { identities: parseIdentities(await readNamed(identity, "The identity file", own)) };
}

async function readPassphrase(own: CommandContext, isNew: boolean): Promise<string> {
  const given = own.env[passphraseVariable];
  if (given !== undefined && given !== "") return given;
  const first = await own.ask("Passphrase: ", { secret: true });
  if (isNew && (await own.ask("Again: ", { secret: true })) !== first) {
    throw new AppError("invalid_input", "The two are not the same. Nothing was made.");
  }
  return first;
}

async function readNamed(path: string, what: string, own: CommandContext): Promise<string> {
  try {
    return await readFile(resolve(own.cwd, path), "utf8");
  } catch (error) {
    throw new AppError("invalid_input", `${what} can't be read: ${errorMessage(error)}`, { cause: error });
  }
}
