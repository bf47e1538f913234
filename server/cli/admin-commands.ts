import { lstat } from "node:fs/promises";
import type { Command } from "commander";
import { requestAdmin, type NewAdmin } from "../../shared/contract/sign-in.ts";
import { AppError } from "../../shared/errors.ts";
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { readAnnouncement } from "../runtime.ts";
import type { CommandContext, Context } from "./command-context.ts";
import { sharedServer, startForCommand } from "./connect.ts";
import { printJson, type Output } from "./output.ts";
import { findPerson, withClient } from "./with-client.ts";

interface AdminFlags {
  email: string;
  name?: string;
  linuxUser?: string;
  json?: boolean;
}

/** admin. */
export function addAdminCommands(program: Command, context: Context): void {
  const admin = program.command("admin").description("make administrators, and let people in");
  admin
    .command("create")
    .description(
      "on the host, as the service user or root: make an administrator, who sets a password with a one-time code",
    )
    .requiredOption("--email <address>", "whom")
    .option("--name <name>", "what people call them")
    .option("--linux-user <name>", "the Linux account they work as here")
    .option("--json", "as JSON")
    .action(async ({ json, ...request }: AdminFlags) => {
      const own = context();
      const made = await makeAdmin(own, request);
      if (json === true) printJson(own.output, { ...made, user: made.user.email });
      else explain(own.output, made.user.email, made);
    });
  admin
    .command("code")
    .description("make a one-time code with which a person sets a first or forgotten password")
    .requiredOption("--email <address>", "whose")
    .option("--json", "as JSON")
    .action(async ({ email, json }: { email: string; json?: boolean }) => {
      await withClient(context(), "aiops admin", async (client, { output }) => {
        const { id } = await findPerson(client, email);
        const made = await client.users.issueCode({ id });
        if (json === true) printJson(output, made);
        else explain(output, email, made);
      });
    });
}

function explain(output: Output, email: string, { code, expiresAt }: { code: string; expiresAt: string }): void {
  output.err(`${email} sets a password with this code, once and before ${expiresAt}:\n`);
  output.out(`${code}\n`);
  output.err("In a terminal of this host: aiops password --with-code\n");
}

/** Asks the server that runs, whose runtime file only its own user and root can read; else starts it for this. */
async function makeAdmin(own: CommandContext, request: Omit<AdminFlags, "json">): Promise<NewAdmin> {
  const shared = await sharedServer(own);
  const config = await loadConfig({ env: own.env, flags: { ...own.flags, ...(shared && { mode: "shared" }) } });
  const owner = await ownerOf(config.runtimeDir);
  const self = process.getuid?.();
  if (config.mode === "shared" && self !== 0 && self !== owner) throw notYours();
  const announced = await readAnnouncement(config.runtimeDir, self === 0 ? owner : self);
  if (announced !== undefined) {
    const { url, secret } = announced;
    return requestAdmin({ url, secret, ...request });
  }
  if (config.mode === "shared" && process.getuid?.() === 0) throw notRunning(config);
  const server = await startForCommand(config, own);
  try {
    return await requestAdmin({ url: server.url, secret: server.secret, ...request });
  } finally {
    await server.close();
  }
}

/** Whose the server is that has a runtime directory: on a shared host its service user's. Undefined before its first start. */
async function ownerOf(directory: string): Promise<number | undefined> {
  try {
    return (await lstat(directory)).uid;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function notYours(): AppError {
  return new AppError(
    "forbidden",
    "On a shared host administrators are made by root or the server's own user. Run it as: sudo aiops admin create …",
  );
}

function notRunning({ runtimeDir }: Config): AppError {
  return new AppError(
    "unavailable",
    `The shared server does not run (nothing is announced in ${runtimeDir}). Start it: systemctl start aiops`,
  );
}
