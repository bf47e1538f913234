import { EventEmitter, type Disposable } from "vscode";
import type { Request } from "../connection/connection.ts";
import type { Workspace } from "../../shared/entities/workspace.ts";
import { AppError, errorMessage } from "../../shared/errors.ts";

interface Entry {
  workspace: Workspace | undefined;
  error: AppError | undefined;
  loading: Promise<void> | undefined;
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

  /** Reads the state of a clone that has not been read. */
  load(projectId: string): Promise<void> {
    const entry = this.#entries.get(projectId);
    if (entry?.workspace !== undefined || entry?.error !== undefined) return Promise.resolve();
    return this.refresh(projectId);
  }

  /** Reads the state of a clone now. */
  refresh(projectId: string): Promise<void> {
    const entry: Entry = this.#entries.get(projectId) ?? { workspace: undefined, error: undefined, loading: undefined };
    this.#entries.set(projectId, entry);
    entry.loading ??= this.#read(projectId, entry).finally(() => {
      entry.loading = undefined;
    });
    return entry.loading;
  }

  put(projectId: string, workspace: Workspace): void {
    this.#entries.set(projectId, { workspace, error: undefined, loading: undefined });
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

  async #read(projectId: string, entry: Entry): Promise<void> {
    try {
      entry.workspace = await this.#request((client) => client.workspaces.get({ id: projectId }));
      entry.error = undefined;
    } catch (error) {
      entry.error = error instanceof AppError ? error : new AppError("internal", errorMessage(error), { cause: error });
    }
    if (this.#entries.get(projectId) === entry) this.#changed.fire(projectId);
  }
}
