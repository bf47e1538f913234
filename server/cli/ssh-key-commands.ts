import type { Command } from "commander";
import { AppError } from "../../shared/errors.ts";
import { knownHostName } from "../ssh-keys/host-keys.ts";
import type { Context } from "./command-context.ts";
import { printJson, printTable } from "./output.ts";
import { readKeyFile } from "./identity-files.ts";
import { everything } from "./seed.ts";
import { findTenant, withClient } from "./with-client.ts";

/** ssh-keys list, add, remove, hosts, forget-host. */
export function addSshKeyCommands(program: Command, context: Context): void {
  const keys = program.command("ssh-keys").description("the keys that projects reach their repositories with");
  keys
    .command("list")
    .description("list the keys with their fingerprints; never the private halves")
    .option("--tenant <slug>", "of one tenant")
    .option("--json", "as JSON")
    .action(async (options: { tenant?: string; json?: boolean }) => {
      await withClient(context(), "aiops ssh-keys", async (client, { output }) => {
        const only = options.tenant === undefined ? {} : { tenantId: (await findTenant(client, options.tenant)).id };
        const items = await everything((page) => client.sshKeys.list({ ...page, ...only }));
        if (options.json === true) {
          printJson(output, items);
          return;
        }
        const tenants = await everything((page) => client.tenants.list(page));
        const slugs = new Map(tenants.map(({ id, slug }) => [id, slug]));
        const rows = items.map((key) => [
          key.id,
          slugs.get(key.tenantId) ?? key.tenantId,
          key.name,
          `${key.type} ${key.bits}`,
          key.fingerprintSha256,
          key.fingerprintMd5,
        ]);
        printTable(output, ["ID", "TENANT", "NAME", "KIND", "SHA-256", "MD5"], rows);
      });
    });
  keys
    .command("add")
    .description("import a private key, or have one made; prints the public half, for the repository's host")
    .requiredOption("--tenant <slug>", "whose it is")
    .requiredOption("--name <name>", "as projects and people name it")
    .option("--file <path>", "the private key, OpenSSH or PEM, without a passphrase; - reads standard input")
    .option("--generate", "make an Ed25519 key instead")
    .action(async (options: { tenant: string; name: string; file?: string; generate?: boolean }) => {
      const own = context();
      if ((options.file === undefined) === (options.generate !== true)) {
        throw new AppError("invalid_input", "Give --file to import a key, or --generate to have one made.");
      }
      const source =
        options.file === undefined
          ? { generate: "ed25519" as const }
          : { privateKey: options.file === "-" ? await own.readInput() : await readKeyFile(options.file, own.cwd) };
      await withClient(own, "aiops ssh-keys", async (client, { output }) => {
        const tenantId = (await findTenant(client, options.tenant)).id;
        const made = await client.sshKeys.create({ tenantId, name: options.name, ...source });
        output.err(`${made.id} ${made.fingerprintSha256} ${made.fingerprintMd5}\n`);
        output.out(`${made.publicKey}\n`);
      });
    });
  keys
    .command("remove")
    .description("delete a key; refused while a project uses it")
    .argument("<id>", "as `aiops ssh-keys list` tells it")
    .action(async (id: string) => {
      await withClient(context(), "aiops ssh-keys", async (client) => {
        await client.sshKeys.remove({ id });
      });
    });
  keys
    .command("hosts")
    .description("list the recorded keys of repositories' hosts")
    .option("--json", "as JSON")
    .action(async (options: { json?: boolean }) => {
      await withClient(context(), "aiops ssh-keys", async (client, { output }) => {
        const items = await everything((page) => client.sshHosts.list(page));
        if (options.json === true) {
          printJson(output, items);
          return;
        }
        const rows = items.flatMap(({ host, keys: shown, recordedAt }) =>
          shown.map(({ type, fingerprint }) => [host, type, fingerprint, recordedAt]),
        );
        printTable(output, ["HOST", "KIND", "FINGERPRINT", "RECORDED"], rows);
      });
    });
  keys
    .command("forget-host")
    .description("forget a host's recorded keys, after its administrator confirmed that it has new ones")
    .argument("<host>", "as git.example.org, or git.example.org:2222")
    .action(async (given: string) => {
      await withClient(context(), "aiops ssh-keys", async (client) => {
        const hosts = await everything((page) => client.sshHosts.list(page));
        const [, host = given, port] = /^(.*[^:\d]):(\d+)$/.exec(given) ?? [];
        const names = [given, knownHostName(host, Number(port ?? 22))];
        const found = hosts.find((each) => names.includes(each.host));
        if (found === undefined) throw new AppError("not_found", `No keys are recorded of a host ${given}.`);
        await client.sshHosts.remove({ id: found.id });
      });
    });
}
