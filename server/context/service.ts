import path from "node:path";
import type { ContextResult } from "../../shared/entities/context.ts";
import type { RedactionPolicy } from "../../shared/entities/project.ts";
import { AppError } from "../../shared/errors.ts";
import type { HostUser } from "../host/host.ts";
import { addClaudeImport, claudeFileName, removeClaudeImport } from "./claude-import.ts";
import { appendNotes, clearContext, composeContext, type Composed } from "./compose.ts";
import { unifiedDiff } from "./diff.ts";
import {
  addToGeminiSettings,
  geminiSettingsName,
  inheritedNames,
  removeFromGeminiSettings,
  type GeminiEdit,
} from "./gemini-settings.ts";
import type { ContextIssue, ProjectFacts } from "./issue-facts.ts";
import { readNotes } from "./issue-section.ts";
import { contextFileName, findSections, removeSections } from "./markers.ts";
import { TreeFiles, type FileChange } from "./tree-files.ts";

export interface ContextServiceOptions {
  /** Ids of the sessions that run in the tree now; AI tools read the context once, when they start. */
  sessionsIn: (tree: string) => readonly string[] | Promise<readonly string[]>;
}

/** Whose working tree is meant. */
export interface ContextPlace {
  /** The person the files belong to; everything is done with their rights. */
  user: HostUser;
  /** Absolute path of the top of a clone or worktree. */
  tree: string;
}

export interface WriteContext extends ContextPlace {
  issue: ContextIssue;
  project?: ProjectFacts | undefined;
  notes?: string | undefined;
  /** Only says what would be written. */
  preview?: boolean | undefined;
  policy?: RedactionPolicy | undefined;
  collaboratorsOnly?: boolean | undefined;
}

export interface AppendContext extends ContextPlace {
  notes: string;
  /** Where given, the context must be of this issue. */
  issueId?: string | undefined;
  preview?: boolean | undefined;
}

export interface ClearContext extends ContextPlace {
  /** Where given, the context of another issue is left alone. */
  issueId?: string | undefined;
}

export interface ClearResult {
  path: string;
  /** Whether anything was removed. */
  changed: boolean;
  staleSessions: string[];
}

const ownNames = [contextFileName, claudeFileName, geminiSettingsName];

interface Plan {
  changes: FileChange[];
  advice: string[];
}

/** Writes AGENTS.override.md and what makes Claude and Gemini read it, in a person's working tree. */
export class ContextService {
  readonly #options: ContextServiceOptions;

  constructor(options: ContextServiceOptions) {
    this.#options = options;
  }

  /**
   * Renews both sections from the issue, AGENTS.md and the tree's state.
   * @throws AppError `policy_unavailable`, `workspace_missing`, `unsafe_path` (a link planted at a name of ours),
   *   `conflict` (tracked file, broken markers), `too_large` (the person's own text leaves no room), `git_failed`.
   */
  async write(input: WriteContext): Promise<ContextResult> {
    if (input.policy !== undefined && input.policy !== "none") {
      throw new AppError(
        "policy_unavailable",
        `The redaction policy ${input.policy} is not available yet, so the issue's text was not written. Set the ` +
          "project's redaction policy to none, if its text may reach an AI as it is, and try again.",
      );
    }
    const status = () => input.user.git.status(input.tree);
    return this.#change(input, status, (existing, base, git) => composeContext({ ...input, existing, base, git }));
  }

  /** Adds notes for the issue whose context stands in the tree. @throws AppError as {@link write}. */
  async append(input: AppendContext): Promise<ContextResult> {
    const nothing = () => Promise.resolve(undefined);
    return this.#change(input, nothing, (existing, base) => appendNotes({ ...input, existing, base }));
  }

  /**
   * Takes both sections out, with what was added for Claude and Gemini, and deletes the files nothing else is in. The
   * lines in the local exclude file stay: all worktrees of the clone share it.
   * @throws AppError as {@link write}.
   */
  async clear(input: ClearContext): Promise<ClearResult> {
    const files = await TreeFiles.open(input.user, input.tree);
    const existing = await files.read(contextFileName);
    const [claude, gemini] = [await files.read(claudeFileName), await files.read(geminiSettingsName)];
    const changes: FileChange[] = [];
    const target = files.path(contextFileName);
    if (existing !== undefined) {
      if (isOfAnother(existing, input.issueId)) return { path: target, changed: false, staleSessions: [] };
      const { text, empty } = clearContext(existing);
      if (text !== existing) {
        requireUtf8(text, target);
        await requireUntracked(files);
        changes.push({ name: contextFileName, before: existing, after: empty ? undefined : text });
      }
    }
    const cleared = claude === undefined ? null : removeClaudeImport(claude);
    if (cleared && !(await files.isTracked(claudeFileName))) {
      changes.push({ name: claudeFileName, before: claude, after: cleared.empty ? undefined : cleared.text });
    }
    if (gemini !== undefined) {
      const edit = removeFromGeminiSettings(gemini, await this.#inherited(input.user));
      if ("text" in edit && !(await files.isTracked(geminiSettingsName))) {
        changes.push({ name: geminiSettingsName, before: gemini, after: edit.empty === true ? undefined : edit.text });
      }
    }
    await files.apply(changes);
    return { path: target, changed: changes.length > 0, staleSessions: await this.#stale(input.tree, changes) };
  }

  /** What is not known of each other's answer is asked for together: each question may go to another process. */
  async #change<Git>(
    input: ContextPlace & { preview?: boolean | undefined },
    gitFacts: () => Promise<Git>,
    compose: (existing: string | undefined, base: string | undefined, git: Git) => Composed,
  ): Promise<ContextResult> {
    const files = new TreeFiles(input.user, input.tree);
    const [existing, base, facts, claude, gemini, inherited, ignored] = await Promise.all([
      files.read(contextFileName),
      files.readBase(),
      gitFacts(),
      planned(files, claudeFileName),
      planned(files, geminiSettingsName),
      this.#inherited(input.user),
      input.preview === true ? [] : files.ignored(ownNames),
      requireUntracked(files),
      files.requireTree(),
    ]);
    const composed = compose(existing, base, facts);
    if (existing !== undefined) requireUtf8(removeSections(existing), files.path(contextFileName));
    const plan: Plan = { changes: [{ name: contextFileName, before: existing, after: composed.text }], advice: [] };
    planClaude(files, claude, plan);
    planGemini(files, gemini, inherited, plan);
    if (input.preview !== true) {
      await hide(files, plan, ignored);
      await files.apply(plan.changes.filter(({ before, after }) => before !== after));
    }
    return {
      path: files.path(contextFileName),
      bytes: composed.bytes,
      budget: composed.budget,
      truncated: composed.truncated,
      redactions: {},
      ...(input.preview === true ? { diff: diffOf(plan) } : {}),
      staleSessions: await this.#stale(input.tree, plan.changes),
      advice: plan.advice,
    };
  }

  /** The context file names of the person's own Gemini settings; their folder may be a link of theirs. */
  async #inherited(user: HostUser): Promise<string[]> {
    const settings = await user.files.realPath(path.join(user.home, geminiSettingsName));
    if (settings === null) return inheritedNames(undefined);
    return inheritedNames((await user.files.readFile(settings, { root: path.dirname(settings) })) ?? undefined);
  }

  async #stale(tree: string, changes: readonly FileChange[]): Promise<string[]> {
    if (changes.every(({ before, after }) => before === after)) return [];
    return [...(await this.#options.sessionsIn(tree))];
  }
}

/** A file as the plan finds it. */
interface Planned {
  before: string | undefined;
  tracked: boolean;
}

async function planned(files: TreeFiles, name: string): Promise<Planned> {
  const [before, tracked] = await Promise.all([files.read(name), files.isTracked(name)]);
  return { before, tracked };
}

function planClaude(files: TreeFiles, { before, tracked }: Planned, plan: Plan): void {
  const after = addClaudeImport(before);
  if (tracked) {
    if (after !== null) plan.advice.push(trackedAdvice(claudeFileName, `the line @${contextFileName}`));
    return;
  }
  if (before !== undefined) requireUtf8(before, files.path(claudeFileName));
  plan.changes.push({ name: claudeFileName, before, after: after ?? before });
}

function planGemini(files: TreeFiles, { before, tracked }: Planned, inherited: string[], plan: Plan): void {
  const edit: GeminiEdit = addToGeminiSettings(before, inherited);
  const setting = `"${contextFileName}" to the list context.fileName`;
  if (tracked) {
    if ("text" in edit || edit.unchanged !== null) plan.advice.push(trackedAdvice(geminiSettingsName, setting));
    return;
  }
  if ("unchanged" in edit && edit.unchanged !== null) {
    const why = `${geminiSettingsName} was left as it is, because ${edit.unchanged}.`;
    plan.advice.push(`${why} For Gemini to read the context, mend it and add ${setting}.`);
    return;
  }
  if (before !== undefined) requireUtf8(before, files.path(geminiSettingsName));
  plan.changes.push({ name: geminiSettingsName, before, after: "text" in edit ? edit.text : before });
}

/** Excludes every file of the plan from git; drops helper files that a rule of the repository would show anyway. */
async function hide(files: TreeFiles, plan: Plan, ignored: readonly string[]): Promise<void> {
  const names = plan.changes.map((change) => change.name);
  for (const name of await files.exclude(names, ignored)) {
    const why = `A rule in a .gitignore of this repository keeps ${name} from being excluded`;
    if (name === contextFileName) {
      throw new AppError(
        "conflict",
        `${why}, so it would show up as a change. Nothing was written: remove the rule that re-includes it and try again.`,
      );
    }
    plan.advice.push(
      `${why}, so it was not written. Remove the rule that re-includes it, then write the context again.`,
    );
    plan.changes = plan.changes.filter((change) => change.name !== name);
  }
}

async function requireUntracked(files: TreeFiles): Promise<void> {
  if (!(await files.isTracked(contextFileName))) return;
  throw new AppError(
    "conflict",
    `${contextFileName} is tracked by git in this repository, and aiops never writes a tracked file. Move its text to ` +
      `AGENTS.md, run \`git rm --cached ${contextFileName}\`, commit, and try again.`,
  );
}

function trackedAdvice(name: string, what: string): string {
  return `${name} is tracked by git, so it was not written. For the context to be read there, add ${what} yourself.`;
}

/** What cannot be decoded would be lost in writing the file back. */
function requireUtf8(text: string, path: string): void {
  if (!text.includes("\uFFFD")) return;
  throw new AppError(
    "conflict",
    `${path} holds bytes that are not UTF-8, which writing would lose. Convert it to UTF-8 and try again; nothing was changed.`,
  );
}

function isOfAnother(text: string, issueId: string | undefined): boolean {
  const found = findSections(text).issue;
  const kept = found ? readNotes(text.slice(found.start, found.end)) : null;
  return issueId !== undefined && kept !== null && kept.issueId !== issueId;
}

function diffOf(plan: Plan): string {
  return plan.changes.map(({ name, before, after }) => unifiedDiff(name, before, after)).join("");
}
