import { sep } from "node:path";
import { EventEmitter, type Disposable } from "vscode";
import type { Request } from "../connection/connection.ts";
import type { Workspace } from "../../shared/entities/workspace.ts";
import { AppError, errorMessage } from "../../shared/errors.ts";

interface Entry {
  workspace: Workspace | undefined;
  error: AppError | undefined;
  loading: Promise<void> | undefined;
  /** Counts the times it was asked for, so that one who asks while it is read gets what is true after that. */
  asked: number;
  /** Counts what was told meanwhile, so that an answer that is older does not take its place. */
  told: number;
}

/** The state of the person's clone of each project, read when it is first looked at. Fires project ids. */
export class Workspaces implements Disposable {
  readonly #request: Request;
  readonly #entries = new Map<string, Entry>();
  readonly #changed = new EventEmitter<string>();
  readonly onDidChange = this.#changed.event;

  constructor(request: Request) {
    this.#request = request;
  }

  get(projectId: string): Workspace | undefined {
    return this.#entries.get(projectId)?.workspace;
  }

  error(projectId: string): AppError | undefined {
    return this.#entries.get(projectId)?.error;
  }

  /** The project in whose clone or worktrees a path lies, of those that were read. */
  projectAt(path: string): string | undefined {
    for (const [projectId, { workspace }] of this.#entries) {
      if (workspace?.exists !== true) continue;
      const trees = [workspace.path, ...workspace.worktrees.map((tree) => tree.path)];
      if (trees.some((tree) => isWithin(tree, path))) return projectId;
    }
    return undefined;
  }

  /** Reads the state of a clone that has not been read. */
  load(projectId: string): Promise<void> {
    const entry = this.#entries.get(projectId);
    if (entry?.workspace !== undefined || entry?.error !== undefined) return Promise.resolve();
    return entry?.loading ?? this.refresh(projectId);
  }

  /** Reads the state of a clone now; once more where it is being read already. */
  refresh(projectId: string): Promise<void> {
    const entry = this.#entry(projectId);
    entry.asked += 1;
    entry.loading ??= this.#read(projectId, entry).finally(() => {
      entry.loading = undefined;
    });
    return entry.loading;
  }

  put(projectId: string, workspace: Workspace): void {
    const entry = this.#entry(projectId);
    entry.told += 1;
    entry.workspace = workspace;
    entry.error = undefined;
    this.#changed.fire(projectId);
  }

  /** Reads again what has been read before. */
  async refreshAll(): Promise<void> {
    await Promise.all([...this.#entries.keys()].map((projectId) => this.refresh(projectId)));
  }

  /** Forgets the clones of projects that are gone, and reads the others again. */
  keep(projectIds: ReadonlySet<string>): void {
    for (const id of this.#entries.keys()) if (!projectIds.has(id)) this.#entries.delete(id);
    void this.refreshAll();
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #entry(projectId: string): Entry {
    const known = this.#entries.get(projectId);
    if (known !== undefined) return known;
    const entry: Entry = { workspace: undefined, error: undefined, loading: undefined, asked: 0, told: 0 };
    this.#entries.set(projectId, entry);
    return entry;
  }

  async #read(projectId: string, entry: Entry): Promise<void> {
    for (;;) {
      const { asked, told } = entry;
      try {
        const workspace = await this.#request((client) => client.workspaces.get({ id: projectId }));
        if (entry.told === told) Object.assign(entry, { workspace, error: undefined });
      } catch (error) {
        const known =
          error instanceof AppError ? error : new AppError("internal", errorMessage(error), { cause: error });
        if (entry.told === told) entry.error = known;
      }
      if (entry.asked === asked) break;
    }
    if (this.#entries.get(projectId) === entry) this.#changed.fire(projectId);
  }
}

/** Whether a path is a folder's or lies below it. Sessions and git name folders without a trailing separator. */
export function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}
