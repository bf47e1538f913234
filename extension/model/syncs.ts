import { isDeepStrictEqual } from "node:util";
import { EventEmitter, type Disposable } from "vscode";
import type { Request } from "../connection/connection.ts";
import type { Project } from "../../shared/entities/project.ts";
import type { ProjectSync } from "../../shared/entities/sync.ts";
import { AppError } from "../../shared/errors.ts";

/** A tracker's project that could not be read when that was last tried. */
export interface Trouble {
  projectId: string;
  linkId: string;
  connectionId: string;
  /** As the tracker names it: `owner/repo`, `group/project`, `KEY`. */
  externalProject: string;
  /** An error code of the server's. */
  code: string;
  /** What happened and what to do, for people. */
  message: string;
  /** Since when (ISO 8601) what is shown may be old; null where nothing was read yet. */
  syncedAt: string | null;
  /** When it was tried last (ISO 8601). */
  triedAt: string;
}

/** Requests on their way at a time when all projects are asked for. */
const atOnce = 4;

/** How the syncs of the projects stand, as far as people must know. Fires the ids of projects whose troubles changed. */
export class Syncs implements Disposable {
  readonly #request: Request;
  readonly #projects: { get(id: string): Project | undefined; all(): Project[] };
  readonly #states = new Map<string, ProjectSync>();
  readonly #changed = new EventEmitter<readonly string[]>();
  readonly onDidChange = this.#changed.event;
  /** Counts what was heard, so that an answer that is older than an event does not take its place. */
  readonly #heard = new Map<string, number>();

  constructor(request: Request, projects: { get(id: string): Project | undefined; all(): Project[] }) {
    this.#request = request;
    this.#projects = projects;
  }

  /** Every trouble of a project, or of all projects in the order of their names. */
  troubles(projectId?: string): Trouble[] {
    if (projectId === undefined) {
      return this.#projects
        .all()
        .toSorted((a, b) => a.name.localeCompare(b.name))
        .flatMap(({ id }) => this.troubles(id));
    }
    const links = this.#projects.get(projectId)?.links ?? [];
    return (this.#states.get(projectId)?.links ?? []).flatMap(({ linkId, error, syncedAt }) => {
      const link = links.find(({ id }) => id === linkId);
      if (link === undefined || error === null) return [];
      const { connectionId, externalProject } = link;
      const { code, message, at: triedAt } = error;
      return [{ projectId, linkId, connectionId, externalProject, code, message, syncedAt, triedAt }];
    });
  }

  /** The trouble of one link, if it has any. */
  ofLink(projectId: string, linkId: string): Trouble | undefined {
    return this.troubles(projectId).find((trouble) => trouble.linkId === linkId);
  }

  /** Takes in what the live stream says; undefined for a project that is gone. */
  put(projectId: string, state: ProjectSync | undefined): void {
    this.#heard.set(projectId, (this.#heard.get(projectId) ?? 0) + 1);
    this.#take(projectId, state);
  }

  /** Reads how all projects stand. */
  async reload(): Promise<void> {
    const rest = this.#projects.all().map(({ id }) => id);
    for (const id of this.#states.keys()) if (!rest.includes(id)) this.put(id, undefined);
    const work = async (): Promise<void> => {
      for (let id = rest.shift(); id !== undefined; id = rest.shift()) await this.#read(id);
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  }

  dispose(): void {
    this.#changed.dispose();
  }

  async #read(id: string): Promise<void> {
    const heard = this.#heard.get(id);
    try {
      const state = await this.#request((client) => client.projects.syncState({ id }));
      if (this.#heard.get(id) === heard) this.#take(id, state);
    } catch (error) {
      // One who may not see issues, a project removed meanwhile, a connection cut: there is nothing to tell, or the
      // connection itself tells it and everything is read again.
      if (!(error instanceof AppError)) throw error;
    }
  }

  #take(projectId: string, state: ProjectSync | undefined): void {
    const before = this.troubles(projectId);
    if (state === undefined) this.#states.delete(projectId);
    else this.#states.set(projectId, state);
    if (!isDeepStrictEqual(before, this.troubles(projectId))) this.#changed.fire([projectId]);
  }
}
