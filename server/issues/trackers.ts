import { AppError } from "../../shared/errors.ts";
import type { Project, ProjectLink } from "../../shared/entities/project.ts";
import type { IssueProvider } from "../providers/provider.ts";
import type { IssueTracker, TrackerAbilities } from "../providers/tracker.ts";
import { verdictOf } from "../outbox/verdict.ts";
import { isTracker } from "./unseen.ts";

export interface TrackersOptions {
  /** The provider behind a connection. */
  provider: (connectionId: string) => Promise<IssueProvider>;
  projects: { get(id: string): Project };
}

/** How long what a tracker said of its abilities counts, and that it said nothing, in milliseconds. */
const lasting = { answer: 10 * 60_000, silence: 60_000 };
/** How long it is waited for, in milliseconds. */
const patience = 1_500;

const noAbilities: TrackerAbilities = {
  create: false,
  edit: false,
  comment: false,
  changeStatus: false,
  label: false,
  assign: false,
  severalAssignees: false,
};

interface Known {
  until: number;
  abilities: TrackerAbilities;
}

/** The trackers behind projects' links, and what they let us do. */
export class Trackers {
  readonly #options: TrackersOptions;
  /** By tracker, which is another one when the connection's token changes, and project. */
  readonly #abilities = new WeakMap<IssueTracker, Map<string, Known>>();

  constructor(options: TrackersOptions) {
    this.#options = options;
  }

  /** @throws AppError conflict for a tracker that can only be read, provider_failed where its host is not known now */
  async tracker(connectionId: string): Promise<IssueTracker> {
    const provider = await this.#provider(connectionId);
    if (isTracker(provider)) return provider;
    throw new AppError("conflict", "This version of aiops only reads this tracker. Upgrade it to write.");
  }

  /** @throws AppError not_found where the project has no such link */
  link(projectId: string, linkId: string): ProjectLink {
    const link = this.#options.projects.get(projectId).links.find(({ id }) => id === linkId);
    if (link === undefined) throw new AppError("not_found", "The project has no such link.");
    return link;
  }

  /** The link a new issue goes over. @throws AppError not_found, conflict, invalid_input */
  chosenLink(projectId: string, linkId: string | undefined): ProjectLink {
    return chosenLink(this.#options.projects.get(projectId), linkId);
  }

  /**
   * What can be done over a link. Where the tracker can tell it for the account and project, it is asked now and then;
   * while it is out of reach, what it said last counts, else what the kind of tracker can do.
   * @throws AppError where the connection itself can't be used
   */
  async abilities(projectId: string, linkId: string): Promise<TrackerAbilities> {
    const { connectionId, externalProject } = this.link(projectId, linkId);
    const provider = await this.#provider(connectionId);
    if (!isTracker(provider)) return noAbilities;
    if (provider.projectAbilities === undefined) return provider.can;
    const ofTracker = this.#abilities.get(provider) ?? new Map<string, Known>();
    this.#abilities.set(provider, ofTracker);
    const known = ofTracker.get(externalProject);
    if (known !== undefined && known.until > performance.now()) return known.abilities;
    const said = await ask(provider, externalProject);
    const abilities = said ?? known?.abilities ?? provider.can;
    const until = performance.now() + (said === null ? lasting.silence : lasting.answer);
    ofTracker.set(externalProject, { abilities, until });
    return abilities;
  }

  /** The same for a view, which shows an issue whatever is wrong with its connection. */
  async shownAbilities(projectId: string, linkId: string): Promise<TrackerAbilities> {
    try {
      return await this.abilities(projectId, linkId);
    } catch (error) {
      if (error instanceof AppError) return noAbilities;
      throw error;
    }
  }

  /** A host whose name can't be looked up counts as out of reach: it was known when the connection was made. */
  async #provider(connectionId: string): Promise<IssueProvider> {
    try {
      return await this.#options.provider(connectionId);
    } catch (error) {
      if (!(error instanceof AppError && error.code === "invalid_input" && isNameFailure(error.cause))) throw error;
      throw new AppError("provider_failed", error.message, { cause: error });
    }
  }
}

/** Null where it could not be asked, or does not say: the write itself will tell what is wrong with the account. */
async function ask(tracker: IssueTracker, externalProject: string): Promise<TrackerAbilities | null> {
  try {
    return (await tracker.projectAbilities?.(externalProject, AbortSignal.timeout(patience))) ?? null;
  } catch (error) {
    if (error instanceof AppError && (verdictOf(error).retry || error.code.startsWith("provider_"))) return null;
    throw error;
  }
}

function isNameFailure(cause: unknown): boolean {
  return cause instanceof Error && "syscall" in cause && cause.syscall === "getaddrinfo";
}

/** The link that is named, or the only one. @throws AppError not_found, conflict without any, invalid_input with several */
export function chosenLink({ name, links }: Project, linkId: string | undefined): ProjectLink {
  const [only, ...more] = linkId === undefined ? links : links.filter(({ id }) => id === linkId);
  if (only !== undefined && more.length === 0) return only;
  if (linkId !== undefined) throw new AppError("not_found", "The project has no such link.");
  if (only === undefined) {
    throw linkedToNone(name);
  }
  const names = links.map(({ externalProject }) => externalProject).join(", ");
  throw new AppError("invalid_input", `${name} has several links (${names}): say with linkId which one.`, {
    errors: [{ path: "linkId", message: "is needed where a project has several links" }],
  });
}

/** Says that a project has no issues to fetch or write, and how it gets some. */
export function linkedToNone(name: string): AppError {
  return new AppError(
    "conflict",
    `${name} is linked to no tracker. Link it with "aiops seed", or add its repository with "aiops: Add GitHub Project".`,
  );
}
