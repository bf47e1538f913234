import type { Command } from "commander";
import { createClient } from "../../shared/contract/client.ts";
import { AppError } from "../../shared/errors.ts";
import type { CommandContext, Context } from "./command-context.ts";
import { findServer } from "./connect.ts";
import { printJson, printTable } from "./output.ts";
import { stepUpOnTerminal } from "./step-up.ts";
import { withClient } from "./with-client.ts";

/** auth, password. */
export function addAuthCommands(program: Command, context: Context): void {
  const auth = program.command("auth").description("where you are signed in, and how you show who you are");
  auth
    .command("sessions")
    .description("list where you are signed in")
    .option("--json", "as JSON")
    .action(async (options: { json?: boolean }) => {
      await withClient(context(), "aiops auth", async (client, { output }) => {
        const { items } = await client.auth.sessions();
        if (options.json === true) printJson(output, items);
        else {
          const rows = items.map((session) => [
            session.id,
            session.client,
            session.amr.join("+"),
            session.lastUsedAt,
            session.current ? "this one" : "",
          ]);
          printTable(output, ["SIGN-IN", "WITH", "BY", "LAST USED", ""], rows);
        }
      });
    });
  auth
    .command("revoke")
    .description("end a sign-in of yours at once")
    .argument("<sign-in>", "its id, from: aiops auth sessions")
    .action(async (sessionId: string) => {
      await withClient(context(), "aiops auth", async (client) => {
        await client.auth.revoke({ sessionId });
      });
    });
  auth
    .command("step-up")
    .description("show again who the token in AIOPS_TOKEN is of; then it may administer for 15 minutes")
    .action(async () => {
      const own = context();
      if ((own.env["AIOPS_TOKEN"] ?? "") === "") {
        throw new AppError(
          "invalid_input",
          "Set AIOPS_TOKEN to the token of a sign-in first. Without it every command signs in anew, and asks for itself.",
        );
      }
      await withClient(own, "aiops auth", (client) => stepUpOnTerminal(client, own.ask));
    });
  addTotp(auth, context);
  program
    .command("password")
    .description("change your password; with a one-time code, set a first or forgotten one")
    .option("--with-code", "set it with a one-time code from an administrator")
    .option("--stdin", "read the answers from standard input, one a line, instead of asking")
    .action(async (options: { withCode?: boolean; stdin?: boolean }) => {
      const own = context();
      const answers = options.stdin === true ? fromInput(await own.readInput()) : own.ask;
      if (options.withCode === true) await setWithCode(own, answers);
      else {
        await withClient(own, "aiops password", async (client) => {
          const currentPassword = await answers("Current password: ", { secret: true });
          await client.auth.changePassword({ currentPassword, password: await newPassword(answers) });
        });
      }
      own.output.err("The password is set. Other sign-ins of yours have ended.\n");
    });
}

function addTotp(auth: Command, context: Context): void {
  const totp = auth.command("totp").description("one-time codes of an authenticator program, to step up with");
  totp
    .command("enrol")
    .description("print the secret for the authenticator program, and confirm it with the first code")
    .action(async () => {
      const own = context();
      await withClient(own, "aiops auth totp", async (client, { output }) => {
        const { secret, address } = await client.auth.enrolTotp();
        output.out(`${address}\n`);
        output.err(`Enter this address or the secret ${secret} in your authenticator program.\n`);
        await client.auth.confirmTotp({ totp: (await own.ask("The code it shows: ")).trim() });
        output.err("One-time codes are in use.\n");
      });
    });
  totp
    .command("remove")
    .description("use one-time codes no more")
    .action(async () => {
      await withClient(context(), "aiops auth totp", async (client) => {
        await client.auth.removeTotp();
      });
    });
}

async function setWithCode(own: CommandContext, answers: CommandContext["ask"]): Promise<void> {
  const url = await findServer(own);
  const stranger = createClient({ url, token: () => Promise.resolve(undefined) });
  const code = (await answers("One-time code: ", { secret: true })).trim();
  const { token } = await stranger.auth.redeem({
    code,
    password: await newPassword(answers),
    client: "aiops password",
  });
  // The sign-in that came with it is of no use to a command that ends.
  await createClient({ url, token: () => Promise.resolve(token) }).auth.logout();
}

async function newPassword(answers: CommandContext["ask"]): Promise<string> {
  const password = await answers("New password (at least twelve characters): ", { secret: true });
  if (password === (await answers("The same again: ", { secret: true }))) return password;
  throw new AppError("invalid_input", "The two are not the same. Nothing was changed; run it again.");
}

/** Answers one line of the input to each question; the last line answers what asks for the same again. */
function fromInput(text: string): CommandContext["ask"] {
  const lines = text.replace(/\n$/, "").split("\n");
  return () => {
    const line = lines.length > 1 ? lines.shift() : lines[0];
    return Promise.resolve(line ?? "");
  };
}
