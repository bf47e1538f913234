import type { Command } from "commander";
import { followJob } from "./follow-job.ts";
import { findProject, withClient } from "./issue-commands.ts";
import { printJson, printTable } from "./output.ts";
import type { Context } from "./program.ts";

/** init-workspace, start, sessions, agent-context. */
export function addWorkCommands(program: Command, context: Context): void {
  program
    .command("init-workspace")
    .description("clone a project into one's workspace")
    .requiredOption("--project <slug>", "the project")
    .action(async (options: { project: string }) => {
      await withClient(context(), "aiops init-workspace", async (client, { output }) => {
        const project = await findProject(client, options.project);
        const { jobId } = await client.workspaces.initialise({ id: project.id });
        await followJob(client, jobId, project.name, output);
        const workspace = await client.workspaces.get({ id: project.id });
        output.out(`${workspace.path}\n`);
      });
    });

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
