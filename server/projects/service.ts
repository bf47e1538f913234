import type { Clock } from "../../shared/clock.ts";
import type { Connection } from "../../shared/entities/connection.ts";
import { project, type Project, type ProjectInput, type ProjectLink } from "../../shared/entities/project.ts";
import { AppError } from "../../shared/errors.ts";
import { EntityDirectory } from "../directory/entities.ts";
import type { EventBus } from "../events/bus.ts";
import { newId } from "../ids.ts";
import type { InTurn } from "../serial.ts";
import { requireVersion } from "../storage/document-collection.ts";
import type { DocumentStore } from "../storage/document-store.ts";
import { checkProject } from "./check.ts";
import { checkPeople, withoutPerson } from "./people.ts";

export interface ProjectServiceOptions {
  store: DocumentStore;
  events: EventBus;
  clock: Clock;
  /** Around what refers to other records, and what removes them: no reference is left to what is gone. */
  inTurn: InTurn;
  tenantExists: (tenantId: string) => boolean;
  allowFileRepositories: boolean;
  findConnection: (id: string) => Connection | undefined;
  userExists: (id: string) => boolean;
  findSshKey: (id: string) => { tenantId: string } | undefined;
  /** Asked before a project is deleted. @throws AppError conflict while it is in use */
  requireRemovable: (project: Project) => void;
  /** Asked before a project gets another slug. @throws AppError conflict while something is named after it */
  requireRenamable: (project: Project) => Promise<void>;
  /** Removes what came over a project's links, or one of them, from the store. */
  forgetIssues: (scope: { tenantId: string; projectId: string; linkId?: string }) => void;
}

export class ProjectService {
  readonly #directory: EntityDirectory<Project>;
  readonly #options: ProjectServiceOptions;

  private constructor(directory: EntityDirectory<Project>, options: ProjectServiceOptions) {
    this.#directory = directory;
    this.#options = options;
  }

  static async open(options: ProjectServiceOptions): Promise<ProjectService> {
    const directory = await EntityDirectory.open<Project>({
      ...options,
      definition: { name: "projects", parse: (value) => project.parse(value), unique: ({ slug }) => ({ slug }) },
      entity: "project",
      tenantOf: ({ tenantId }) => tenantId,
      present: (record) => record,
    });
    return new ProjectService(directory, options);
  }

  find(id: string): Project | undefined {
    return this.#directory.find(id);
  }

  get(id: string): Project {
    return this.#directory.get(id);
  }

  list(fits: (project: Project) => boolean = () => true): Project[] {
    return this.#directory.list(fits);
  }

  async create(input: ProjectInput): Promise<Project> {
    checkProject(input, this.#rules);
    return this.#options.inTurn(async () => {
      if (!this.#options.tenantExists(input.tenantId)) throw new AppError("not_found", "There is no such tenant.");
      this.#checkSshKey(input.sshKeyId, input.tenantId);
      checkPeople(input, this.#options.userExists);
      return this.#directory.create({ ...input, links: [] });
    });
  }

  /** @throws AppError conflict for another slug while the project has a clone, or something runs in it */
  async update(
    id: string,
    version: number | undefined,
    fields: Partial<Omit<ProjectInput, "tenantId">>,
  ): Promise<Project> {
    checkProject(fields, this.#rules);
    const before = this.get(id);
    requireVersion(before, version);
    if (fields.slug !== undefined && fields.slug !== before.slug) await this.#options.requireRenamable(before);
    return this.#options.inTurn(() => {
      this.#checkSshKey(fields.sshKeyId, before.tenantId);
      checkPeople(fields, this.#options.userExists);
      return this.#directory.update(id, version, (current) => ({ ...current, ...fields }));
    });
  }

  /** Leaves no role and no owner behind that is nobody. */
  async forgetPerson(userId: string): Promise<void> {
    for (const { id } of this.list((each) => withoutPerson(each, userId) !== undefined)) {
      await this.#directory.update(id, undefined, (current) => withoutPerson(current, userId) ?? current);
    }
  }

  /** @throws AppError conflict while something runs in it */
  async remove(id: string, version: number | undefined): Promise<void> {
    const current = this.get(id);
    requireVersion(current, version);
    this.#options.requireRemovable(current);
    const { tenantId } = await this.#directory.remove(id, version);
    this.#options.forgetIssues({ tenantId, projectId: id });
  }

  /** @throws AppError not_found for another tenant's connection, conflict where the same is linked already */
  async addLink(id: string, input: Omit<ProjectLink, "id">): Promise<ProjectLink> {
    const link = { id: newId(), ...input };
    const add = (current: Project) => {
      const target = this.#options.findConnection(input.connectionId);
      if (target === undefined || target.tenantId !== current.tenantId) {
        throw new AppError("not_found", "There is no such connection in the project's tenant.");
      }
      const same = current.links.some(
        (other) => other.connectionId === input.connectionId && other.externalProject === input.externalProject,
      );
      if (same) throw new AppError("conflict", `${input.externalProject} is linked to this project already.`);
      return { ...current, links: [...current.links, link] };
    };
    await this.#options.inTurn(() => this.#directory.update(id, undefined, add));
    return link;
  }

  /**
   * Takes over another name that the tracker has for a link's project.
   * @returns whether the link has it now: not where it was removed, or another link has the name already
   */
  async renameLink(id: string, linkId: string, externalProject: string): Promise<boolean> {
    const links = this.find(id)?.links ?? [];
    const link = links.find((candidate) => candidate.id === linkId);
    const isTaken = links.some(
      (other) => other.connectionId === link?.connectionId && other.externalProject === externalProject,
    );
    if (link === undefined || isTaken) return false;
    const renamed = await this.#directory.update(id, undefined, (current) => ({
      ...current,
      links: current.links.map((each) => (each.id === linkId ? { ...each, externalProject } : each)),
    }));
    return renamed.links.some((each) => each.id === linkId);
  }

  async removeLink(id: string, linkId: string): Promise<void> {
    if (!this.get(id).links.some((link) => link.id === linkId))
      throw new AppError("not_found", "There is no such link.");
    const { tenantId } = await this.#directory.update(id, undefined, (current) => ({
      ...current,
      links: current.links.filter((link) => link.id !== linkId),
    }));
    this.#options.forgetIssues({ tenantId, projectId: id, linkId });
  }

  /** @throws AppError not_found for another tenant's key, too */
  #checkSshKey(id: string | null | undefined, tenantId: string): void {
    if (id === null || id === undefined || this.#options.findSshKey(id)?.tenantId === tenantId) return;
    throw new AppError("not_found", "There is no such SSH key in the project's tenant.");
  }

  get #rules() {
    return { allowFile: this.#options.allowFileRepositories };
  }
}
