import type { Command } from "commander";
import type { Context } from "./command-context.ts";
import { withClient } from "./with-client.ts";

/** setup. */
export function addSetupCommands(program: Command, context: Context): void {
  program
    .command("setup")
    .description("lead through the first configuration: an organisation, a tracker, a project, its issues")
    .action(async () => {
      await withClient(context(), "aiops setup", async (client, own) => {
        const { guide } = await import("./setup.ts");
        await guide(client, own);
      });
    });
}
