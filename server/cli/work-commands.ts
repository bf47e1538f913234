import type { Command } from "commander";
import { createLocalHost } from "../host/local.ts";
import { runAgentContext } from "./agent-context.ts";
import { followJob } from "./follow-job.ts";
import { withClient } from "./with-client.ts";
import { printJson, printTable } from "./output.ts";
import type { Context } from "./command-context.ts";

/** start, sessions, agent-context. */
export function addWorkCommands(program: Command, context: Context): void {
  program
    .command("start")
    .description("start work on an issue: branch, working tree, context and session")
    .argument("<issue>", "the issue's id")
    .option("--tool <tool>", "codex, gemini, claude, shell or an allow-listed command", "shell")
    .option("--branch <branch>", "instead of issue/<number>-<title>")
    .option("--worktree", "in a worktree beside the clone, whatever runs there")
    .action(async (id: string, options: { tool: string; branch?: string; worktree?: boolean }) => {
      await withClient(context(), "aiops start", async (client, { output }) => {
        const { jobId } = await client.issues.start({ id, ...options });
        const job = await followJob(client, jobId, "Start work", output);
        printJson(output, job.result);
      });
    });

  const agentContext = program
    .command("agent-context")
    .description("AGENTS.override.md in the clone one stands in; works without the server");
  const around = async () => {
    const { env, cwd, readInput, output } = context();
    const host = createLocalHost({ environment: env });
    const print = (line: string) => output.out(`${line}\n`);
    return { user: await host.as(host.currentUser), cwd, readInput, print };
  };
  agentContext
    .command("write")
    .description("write the context of an issue; its text is read from standard input")
    .requiredOption("--issue <id>", "the issue's id or key")
    .option("--title <title>", "the issue's title")
    .option("--preview", "show the difference, write nothing")
    .action(async (options: { issue: string; title?: string; preview?: boolean }) => {
      await runAgentContext({ action: "write", ...options }, await around());
    });
  agentContext
    .command("append")
    .description("add notes from standard input for the issue whose context is there")
    .option("--issue <id>", "refuse where another issue's context is there")
    .action(async (options: { issue?: string }) => {
      await runAgentContext({ action: "append", ...options }, await around());
    });
  agentContext
    .command("clear")
    .description("remove the sections; the file goes when nothing else is in it")
    .option("--issue <id>", "leave another issue's context alone")
    .action(async (options: { issue?: string }) => {
      await runAgentContext({ action: "clear", ...options }, await around());
    });

  const sessions = program.command("sessions").description("tmux sessions with AI tools and shells");
  sessions
    .command("list")
    .option("--json", "as JSON")
    .action(async (options: { json?: boolean }) => {
      await withClient(context(), "aiops sessions", async (client, { output }) => {
        const page = await client.sessions.list({ limit: 500 });
        if (options.json === true) {
          printJson(output, page);
          return;
        }
        const rows = page.items.map((session) => [
          session.id,
          session.tool,
          session.status,
          `tmux -L ${session.tmuxSocket} attach -t =${session.tmuxSession}`,
          session.title,
        ]);
        printTable(output, ["ID", "TOOL", "STATUS", "ATTACH", "TITLE"], rows);
      });
    });
  sessions
    .command("stop")
    .argument("<id>")
    .action(async (id: string) => {
      await withClient(context(), "aiops sessions", async (client) => {
        await client.sessions.stop({ id });
      });
    });
  sessions
    .command("resync")
    .description("bring records and tmux into agreement")
    .action(async () => {
      await withClient(context(), "aiops sessions", async (client, { output }) => {
        printJson(output, await client.sessions.resync());
      });
    });
}
