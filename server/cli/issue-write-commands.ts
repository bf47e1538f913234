import type { Command } from "commander";
import { AppError } from "../../shared/errors.ts";
import type { OutboxItem } from "../../shared/entities/outbox.ts";
import type { Context } from "./command-context.ts";
import { findIssueId } from "./find-issue.ts";
import { plain, printJson, printTable, type Output } from "./output.ts";
import { findProject, withClient } from "./with-client.ts";

/** issues create, comment, close, reopen; outbox. */
export function addIssueWriteCommands(program: Command, issues: Command, context: Context): void {
  issues
    .command("create")
    .description("create an issue at the project's tracker; its body comes from --body or standard input")
    .requiredOption("--project <slug>", "in this project")
    .option("--link <id>", "over this one of the project's links")
    .option("--body <markdown>", "the body, instead of standard input")
    .option("--label <label...>", "with these labels")
    .option("--assignee <id...>", "assigned to these people, by their tracker's ids")
    .option("--json", "as JSON")
    .argument("<title>")
    .action(
      async (
        title: string,
        options: {
          project: string;
          link?: string;
          body?: string;
          label?: string[];
          assignee?: string[];
          json?: boolean;
        },
      ) => {
        await withClient(context(), "aiops issues", async (client, own) => {
          const { id } = await findProject(client, options.project);
          const body = options.body ?? (await own.readInput());
          const { link: linkId, label: labels, assignee: assignees } = options;
          const answer = await client.issues.create({ id, linkId, title, body, labels, assignees });
          if (options.json === true) printJson(own.output, answer.body);
          else if (answer.status === 202) tellLater(answer.body.outbox, own.output);
          else own.output.out(`${answer.body.id} ${plain(answer.body.key)} ${plain(answer.body.url)}\n`);
        });
      },
    );
  issues
    .command("comment")
    .description("comment on an issue; the text comes from the argument or standard input")
    .argument("<issue>", "its id, or its key as #12 or PROJ-12")
    .argument("[markdown]")
    .option("--project <slug>", "of this project, where several have an issue of that key")
    .option("--json", "as JSON")
    .action(async (named: string, markdown: string | undefined, options: { project?: string; json?: boolean }) => {
      await withClient(context(), "aiops issues", async (client, own) => {
        const body = markdown ?? (await own.readInput());
        if (body.trim() === "")
          throw new AppError("invalid_input", "There is no text: aiops issues comment ISSUE TEXT");
        const id = await findIssueId(client, named, options.project);
        const answer = await client.issues.comment({ id, body });
        if (options.json === true) printJson(own.output, answer.body);
        else if (answer.status === 202) tellLater(answer.body.outbox, own.output);
        else own.output.out("Commented.\n");
      });
    });
  for (const [name, status, done] of [
    ["close", "closed", "Closed"],
    ["reopen", "open", "Reopened"],
  ] as const) {
    issues
      .command(name)
      .description(`${name} an issue`)
      .argument("<issue>", "its id, or its key as #12 or PROJ-12")
      .option("--project <slug>", "of this project, where several have an issue of that key")
      .option("--state <name>", "to this one of the tracker's states, where it has several that would do")
      .option("--json", "as JSON")
      .action(async (named: string, options: { project?: string; state?: string; json?: boolean }) => {
        await withClient(context(), "aiops issues", async (client, own) => {
          const id = await findIssueId(client, named, options.project);
          const answer = await client.issues.update({ id, status, rawStatus: options.state });
          if (options.json === true) printJson(own.output, answer.body);
          else if (answer.status === 202) tellLater(answer.body.outbox, own.output);
          else own.output.out(`${done} ${plain(answer.body.key)}.\n`);
        });
      });
  }
  program
    .command("outbox")
    .description("list what has not reached its tracker yet")
    .option("--json", "as JSON")
    .action(async (options: { json?: boolean }) => {
      await withClient(context(), "aiops outbox", async (client, own) => {
        const page = await client.outbox.list({ limit: 500 });
        if (options.json === true) {
          printJson(own.output, page);
          return;
        }
        const rows = page.items.map(({ id, issueKey, write, status, attempts, error }) => [
          id,
          issueKey ?? "new",
          write.kind,
          status,
          String(attempts),
          error?.message ?? "",
        ]);
        printTable(own.output, ["ID", "ISSUE", "WHAT", "STATUS", "TRIES", "WHY"], rows);
      });
    });
}

function tellLater({ id, error }: Pick<OutboxItem, "id" | "error">, output: Output): void {
  output.out(`${id} waits in the outbox and is sent as soon as the tracker can be reached.\n`);
  if (error !== null) output.err(`${plain(error.message)}\n`);
}
