import type { Command } from "commander";
import { AppError } from "../../shared/errors.ts";
import { wholeNumber } from "./arguments.ts";
import { followJob } from "./follow-job.ts";
import { plain, plainText, printJson, printTable } from "./output.ts";
import type { Context } from "./command-context.ts";
import { findIssueId } from "./find-issue.ts";
import { addIssueWriteCommands } from "./issue-write-commands.ts";
import { everything } from "./seed.ts";
import { findProject, withClient } from "./with-client.ts";

/** issues, outbox, sync-issues. */
export function addIssueCommands(program: Command, context: Context): void {
  const issues = program.command("issues").description("list, read and write issues");
  issues
    .command("list")
    .description("list issues, last changed first")
    .option("--project <slug>", "of this project alone")
    .option("--status <status>", "open or closed")
    .option("--assignee <name>", "a login, or me")
    .option("--label <label...>", "all of these labels")
    .option("-q, --query <text>", 'full text: words, "a phrase", pre*')
    .option("--limit <n>", "how many", wholeNumber, 50)
    .option("--json", "as JSON")
    .action(
      async (options: {
        project?: string;
        status?: string;
        assignee?: string;
        label?: string[];
        query?: string;
        limit: number;
        json?: boolean;
      }) => {
        await withClient(context(), "aiops issues", async (client, own) => {
          const project = options.project === undefined ? undefined : await findProject(client, options.project);
          if (options.status !== undefined && options.status !== "open" && options.status !== "closed") {
            throw new AppError("invalid_input", "--status is open or closed.");
          }
          const page = await client.issues.list({
            limit: options.limit,
            projectId: project?.id,
            status: options.status,
            assignee: options.assignee,
            label: options.label,
            q: options.query,
          });
          if (options.json === true) {
            printJson(own.output, page);
            return;
          }
          const rows = page.items.map((issue) => [
            issue.id,
            issue.key,
            issue.status,
            issue.updatedAt.slice(0, 10),
            issue.title,
          ]);
          printTable(own.output, ["ID", "KEY", "STATUS", "UPDATED", "TITLE"], rows);
          const [oldest] = page.items.map(({ syncedAt }) => syncedAt).toSorted();
          const age = oldest === undefined ? "" : `, as the trackers had them at ${minute(oldest)}`;
          own.output.err(`${page.items.length} of ${page.total}${age}\n`);
        });
      },
    );
  issues
    .command("show")
    .description("one issue with its comments")
    .argument("<issue>", "its id, or its key as #12 or PROJ-12")
    .option("--project <slug>", "of this project, where several have an issue of that key")
    .option("--json", "as JSON")
    .action(async (named: string, options: { project?: string; json?: boolean }) => {
      await withClient(context(), "aiops issues", async (client, own) => {
        const issue = await client.issues.get({ id: await findIssueId(client, named, options.project) });
        if (options.json === true) {
          printJson(own.output, issue);
          return;
        }
        const { output } = own;
        output.out(`${plain(issue.key)} ${plain(issue.title)}\n`);
        output.out(
          `${issue.status} (${plain(issue.rawStatus)}) · ${plain(issue.author.name)} · ${plain(issue.labels.join(", "))}\n${plain(issue.url)}\n`,
        );
        output.out(
          `${issue.gone === true ? "its tracker has it no more; " : ""}as it was at ${minute(issue.syncedAt)}\n\n`,
        );
        output.out(`${plainText(issue.body)}\n`);
        for (const comment of issue.comments) {
          output.out(`\n── ${plain(comment.author.name)}, ${minute(comment.createdAt)}\n${plainText(comment.body)}\n`);
        }
      });
    });

  addIssueWriteCommands(program, issues, context);

  program
    .command("sync-issues")
    .description("fetch the issues of one project, or of all")
    .option("--project <slug>", "this project alone")
    .option("--full", "everything, also what did not change")
    .action(async (options: { project?: string; full?: boolean }) => {
      await withClient(context(), "aiops sync-issues", async (client, own) => {
        const projects =
          options.project === undefined
            ? (await everything((page) => client.projects.list(page))).filter(({ links }) => links.length > 0)
            : [await findProject(client, options.project)];
        if (projects.length === 0) throw new AppError("not_found", "No project is linked to a tracker.");
        for (const project of projects) {
          const { jobId } = await client.projects.sync({ id: project.id, full: options.full });
          await followJob(client, jobId, project.name, own.output);
        }
      });
    });
}

/** A time to the minute, in UTC. @param time ISO 8601 in UTC */
function minute(time: string): string {
  return `${time.slice(0, 16).replace("T", " ")} UTC`;
}
