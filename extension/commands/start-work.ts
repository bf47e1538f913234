import * as vscode from "vscode";
import type { Aiops } from "../aiops.ts";
import { runJob, withProgress, type Outcome } from "../progress.ts";
import type { Issue } from "../../shared/entities/issue.ts";
import type { Session, Tool } from "../../shared/entities/session.ts";
import { AppError } from "../../shared/errors.ts";
import { troubleMessage } from "../views/trouble-item.ts";
import { issueOf } from "./targets.ts";

const lastTool = "aiops.lastTool";

/** What a caller that knows already may say; else the person is asked. */
interface StartOptions {
  tool?: string;
  prompt?: string;
  /** A tree beside the clone, also where the clone could be had. */
  worktree?: true;
}

/**
 * From an issue to an attached session: branch, working tree, context and tool, made by the server as one job.
 * @param target an issue, or nothing to ask for one; may carry `tool`, `prompt` and `worktree`
 */
export async function startWork(aiops: Aiops, target: unknown): Promise<Outcome<Session>> {
  const issue = await issueOf(aiops, target, vscode.l10n.t("Start work on which issue? Type to search"));
  if (issue === undefined) return { kind: "cancelled" };
  const given = optionsOf(target);
  const tool = given.tool ?? (await pickTool(aiops, issue))?.name;
  if (tool === undefined) return { kind: "cancelled" };
  const prompt = given.prompt ?? (given.tool === undefined ? await askPrompt(tool, issue) : "");
  if (prompt === undefined) return { kind: "cancelled" };
  await aiops.memory.update(lastTool, tool);

  const outcome = await withProgress(vscode.l10n.t("Starting work on {0}", issue.key), (report, signal) =>
    runJob(
      aiops,
      (client) =>
        client.issues.start({
          id: issue.id,
          tool,
          ...(prompt.trim() === "" ? {} : { prompt }),
          ...(given.worktree === true ? { worktree: true } : {}),
        }),
      report,
      signal,
    ),
  );
  if (outcome.kind === "cancelled") return outcome;
  const session = sessionOfResult(outcome.value.result);
  aiops.terminals.attach(aiops.model.sessions.get(session.id) ?? session);
  return { kind: "done", value: session };
}

/** As {@link startWork}, in a worktree of its own: the clone and its branch stay as they are. */
export function startWorkInWorktree(aiops: Aiops, target: unknown): Promise<Outcome<Session>> {
  const node = typeof target === "object" && target !== null ? target : {};
  return startWork(aiops, { ...node, worktree: true });
}

function optionsOf(target: unknown): StartOptions {
  if (typeof target !== "object" || target === null) return {};
  const tool: unknown = Reflect.get(target, "tool");
  const prompt: unknown = Reflect.get(target, "prompt");
  return {
    ...(Reflect.get(target, "worktree") === true ? { worktree: true } : {}),
    ...(typeof tool === "string" ? { tool } : {}),
    ...(typeof prompt === "string" ? { prompt } : {}),
  };
}

/** The result of a start job, as the contract describes it. */
function sessionOfResult(result: unknown): Session {
  const session: unknown = typeof result === "object" && result !== null ? Reflect.get(result, "session") : undefined;
  if (typeof session === "object" && session !== null && "id" in session) return session as Session;
  throw new AppError(
    "internal",
    vscode.l10n.t("The server started the work without saying in which session. Look in the Sessions view."),
  );
}

interface ToolItem extends vscode.QuickPickItem {
  tool: Tool;
}

async function pickTool(aiops: Aiops, issue: Issue): Promise<Tool | undefined> {
  const { items: tools } = await aiops.connection.request((client) => client.tools.list());
  const last = aiops.memory.get<string>(lastTool);
  const rank = (tool: Tool): number => (tool.available ? (tool.name === last ? 0 : 1) : 2);
  const items = tools.toSorted((a, b) => rank(a) - rank(b)).map(toolItem);
  const trouble = aiops.model.syncs.ofLink(issue.projectId, issue.linkId);
  const old = trouble === undefined ? undefined : troubleMessage([trouble]);
  const chosen = await vscode.window.showQuickPick(items, {
    title: [vscode.l10n.t("Start Work on {0}", issue.key), old].filter(Boolean).join(" · "),
    placeHolder: vscode.l10n.t("Which tool works on it?"),
  });
  if (chosen === undefined) return undefined;
  const { tool } = chosen;
  if (tool.available) return tool;
  throw new AppError(
    "tool_missing",
    vscode.l10n.t("{0} is not installed. {1}", tool.label, sentence(tool.installHint)),
    {
      data: tool.installHint === null ? {} : { installHint: tool.installHint },
    },
  );
}

function sentence(installHint: string | null): string {
  return installHint === null
    ? vscode.l10n.t("Install it and try again.")
    : vscode.l10n.t("Install it with: {0} — then try again.", installHint);
}

function toolItem(tool: Tool): ToolItem {
  if (!tool.available) {
    return {
      label: `$(circle-slash) ${tool.label}`,
      description: vscode.l10n.t("not installed"),
      detail: tool.installHint ?? "",
      tool,
    };
  }
  return {
    label: `$(${tool.name === "shell" ? "terminal" : "robot"}) ${tool.label}`,
    description: tool.version ?? "",
    tool,
  };
}

/** A shell takes no prompt; an agent may start without one. */
async function askPrompt(tool: string, issue: Issue): Promise<string | undefined> {
  if (tool === "shell") return "";
  return vscode.window.showInputBox({
    title: vscode.l10n.t("Start Work on {0}", issue.key),
    prompt: vscode.l10n.t(
      "What should it begin with? The issue itself is in AGENTS.override.md. Enter starts; empty is fine.",
    ),
    placeHolder: vscode.l10n.t("Read the issue and propose a plan"),
  });
}
