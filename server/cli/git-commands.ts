import type { Command } from "commander";
import type { GitAction, WorkingTree, Workspace } from "../../shared/entities/workspace.ts";
import { AppError } from "../../shared/errors.ts";
import type { Context } from "./command-context.ts";
import { followJob } from "./follow-job.ts";
import { plain, printJson, type Output } from "./output.ts";
import { findPerson, findProject, withClient } from "./with-client.ts";

interface InTree {
  project: string;
  worktree?: string;
  json?: boolean;
}

/** init-workspace and git. */
export function addGitCommands(program: Command, context: Context): void {
  program
    .command("init-workspace")
    .description("clone a project into a person's workspace")
    .option("--project <slug>", "the project")
    .option("--project-id <id>", "the project, where several tenants have one of that slug")
    .option("--user-email <email>", "whose workspace; another person's needs an administrator")
    .action(async (options: { project?: string; projectId?: string; userEmail?: string }) => {
      await withClient(context(), "aiops init-workspace", async (client, { output }) => {
        const { project: slug, projectId, userEmail } = options;
        if ((slug === undefined) === (projectId === undefined)) {
          throw new AppError("invalid_input", "Name the project: with --project or with --project-id.");
        }
        const project =
          projectId === undefined
            ? await findProject(client, slug ?? "")
            : await client.projects.get({ id: projectId });
        const whose = userEmail === undefined ? {} : { userId: (await findPerson(client, userEmail)).id };
        const { jobId } = await client.workspaces.initialise({ id: project.id, ...whose });
        const { result } = await followJob(client, jobId, project.name, output);
        output.out(`${(result as Workspace).path}\n`);
      });
    });

  const git = program.command("git").description("git in one's workspace, with the project's key and rules");
  const inTree = (name: string, description: string): Command =>
    git
      .command(name)
      .description(description)
      .requiredOption("--project <slug>", "the project")
      .option("--worktree <path>", "the working tree; the clone unless told")
      .option("--json", "the workspace's state as JSON");
  const act = async (options: InTree, action: GitAction): Promise<void> => {
    await withClient(context(), "aiops git", async (client, { output }) => {
      const { id } = await findProject(client, options.project);
      const worktree = options.worktree === undefined ? {} : { worktree: options.worktree };
      show(output, await client.workspaces.git({ id, ...action, ...worktree }), options);
    });
  };

  inTree("status", "branch, what is ahead and behind, last commit, worktrees").action(async (options: InTree) => {
    await withClient(context(), "aiops git", async (client, { output }) => {
      const { id } = await findProject(client, options.project);
      show(output, await client.workspaces.get({ id }), options);
    });
  });
  inTree("branches", "the branches here and on the remote as last seen, newest commits first").action(
    async (options: InTree) => {
      await withClient(context(), "aiops git", async (client, { output }) => {
        const { id } = await findProject(client, options.project);
        const worktree = options.worktree === undefined ? {} : { worktree: options.worktree };
        showBranches(output, await client.workspaces.tree({ id, ...worktree }), options);
      });
    },
  );
  inTree("pull", "take over what is new; conflicts are told, and nothing is changed then").action((options: InTree) =>
    act(options, { action: "pull" }),
  );
  inTree("push", "publish the branch's commits; never to a protected branch")
    .option("--set-upstream", "publish the branch under its own name")
    .action((options: InTree & { setUpstream?: boolean }) =>
      act(options, { action: "push", setUpstream: options.setUpstream === true }),
    );
  inTree("commit", "commit all that changed, or the named paths, in one's own name")
    .requiredOption("--message <text>", "the commit's message")
    .argument("[paths...]", "relative to the working tree")
    .action((paths: string[], options: InTree & { message: string }) =>
      act(options, { action: "commit", message: options.message, ...(paths.length === 0 ? {} : { paths }) }),
    );
  inTree("checkout", "change to a branch, here or on the remote")
    .argument("<branch>")
    .action((branch: string, options: InTree) => act(options, { action: "checkout", branch }));
  inTree("branch", "make a branch and change to it")
    .argument("<branch>")
    .option("--from <revision>", "a branch, remote branch or commit; what is checked out unless told")
    .action((branch: string, options: InTree & { from?: string }) =>
      act(options, { action: "createBranch", branch, ...(options.from === undefined ? {} : { from: options.from }) }),
    );
  inTree("merge", "merge a branch; conflicts are told, and nothing is changed then")
    .argument("<branch>")
    .action((branch: string, options: InTree) => act(options, { action: "merge", branch }));
}

function showBranches(output: Output, tree: WorkingTree, { json }: InTree): void {
  if (json === true) {
    printJson(output, tree);
    return;
  }
  for (const { name, local, remote } of tree.branches) {
    const where = local && remote ? "" : local ? " (only here)" : " (only on the remote)";
    output.out(`${name === tree.branch ? "*" : " "} ${plain(name)}${where}\n`);
  }
}

function show(output: Output, state: Workspace, { json }: InTree): void {
  if (json === true) {
    printJson(output, state);
    return;
  }
  const { path, exists, branch, ahead, behind, dirty, lastCommit, worktrees } = state;
  if (!exists) {
    output.out(`${path}: not cloned yet (aiops init-workspace)\n`);
    return;
  }
  const changes = dirty ? "with changes" : "clean";
  output.out(`${plain(path)} on ${plain(branch ?? "no branch")}, ${ahead} ahead, ${behind} behind, ${changes}\n`);
  if (lastCommit !== null) {
    const { sha, subject, author, at } = lastCommit;
    output.out(`${sha.slice(0, 12)} ${plain(subject)} (${plain(author)}, ${at})\n`);
  }
  for (const tree of worktrees) {
    output.out(`${plain(tree.path)} on ${plain(tree.branch ?? "no branch")}${tree.dirty ? ", with changes" : ""}\n`);
  }
}
