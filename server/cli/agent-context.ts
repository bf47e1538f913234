import type { ContextResult } from "../../shared/entities/context.ts";
import { AppError } from "../../shared/errors.ts";
import { visibleControls } from "../../shared/rules/untrusted-text.ts";
import { contextFileName } from "../context/markers.ts";
import { ContextService } from "../context/service.ts";
import type { HostUser } from "../host/host.ts";

export interface AgentContextArguments {
  action: "write" | "append" | "clear";
  /** Id or key of the issue; needed for `write`. */
  issue?: string | undefined;
  title?: string | undefined;
  /** Shows the diff and writes nothing. */
  preview?: boolean | undefined;
}

export interface AgentContextSurroundings {
  user: HostUser;
  /** A folder in the clone that is meant. */
  cwd: string;
  /** Reads standard input to its end: the issue's text, or the notes. */
  readInput: () => Promise<string>;
  /** Takes one line of the answer. */
  print: (line: string) => void;
}

/**
 * `aiops agent-context write|append|clear`: the issue's context in the current clone, as the current user and without
 * a server. The text from standard input is untrusted in `write`, and harmless but unfenced as notes in `append`.
 * @throws AppError `invalid_input` for missing arguments or no clone; else as ContextService.
 */
export async function runAgentContext(args: AgentContextArguments, around: AgentContextSurroundings): Promise<void> {
  const { user, print } = around;
  const tree = await topOfClone(around);
  // Sessions are known to the server only; every agent reads the file when it starts.
  const service = new ContextService({ sessionsIn: () => [] });
  switch (args.action) {
    case "write": {
      const { issue: id, title } = args;
      if (id === undefined || id === "" || id.length > 100) {
        throw new AppError(
          "invalid_input",
          "Say which issue: aiops agent-context write --issue ID --title TITLE < TEXT",
        );
      }
      const body = await around.readInput();
      const issue = { id, key: id, title: title ?? "", body, url: "", comments: [] };
      const repositoryUrl = (await user.git.remoteUrl(tree)) ?? "";
      const project = { name: "", repositoryUrl, defaultBranch: "" };
      report(await service.write({ user, tree, issue, project, preview: args.preview }), print);
      return;
    }
    case "append": {
      const notes = await around.readInput();
      if (notes.trim() === "") {
        throw new AppError("invalid_input", "There are no notes on standard input: aiops agent-context append < NOTES");
      }
      report(await service.append({ user, tree, notes, issueId: args.issue, preview: args.preview }), print);
      return;
    }
    case "clear": {
      const { path, changed } = await service.clear({ user, tree, issueId: args.issue });
      print(changed ? `Cleared ${path}` : `Nothing to clear in ${path}`);
      return;
    }
    default:
      args.action satisfies never;
  }
}

async function topOfClone({ user, cwd }: AgentContextSurroundings): Promise<string> {
  const { exitCode, stdout } = await user.run(["git", "rev-parse", "--show-toplevel"], { cwd, check: false });
  if (exitCode === 0) return stdout.replace(/\n$/, "");
  throw new AppError(
    "invalid_input",
    `${cwd} is in no git clone. Change to the clone that ${contextFileName} belongs in.`,
  );
}

function report(result: ContextResult, print: (line: string) => void): void {
  if (result.diff !== undefined)
    print(result.diff === "" ? "Nothing would change." : visibleControls(result.diff).trimEnd());
  else print(`Wrote ${result.path}`);
  print(`${String(result.bytes)} of ${String(result.budget)} bytes`);
  for (const cut of result.truncated) print(`Left out: ${visibleControls(cut)}`);
  for (const advice of result.advice) print(advice);
}
