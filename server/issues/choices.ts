import type { IssueStatus } from "../../shared/entities/issue.ts";
import { AppError } from "../../shared/errors.ts";
import { verdictOf } from "../outbox/verdict.ts";
import type { IssueChoices, IssueRef } from "../providers/tracker.ts";
import type { Trackers } from "./trackers.ts";

export interface IssueChoicesOptions {
  trackers: Trackers;
  /** What the store knows of a project. */
  stored: (projectId: string, linkId: string) => IssueChoices;
}

/** `stale`: the tracker could not be asked, and this is what the store knows. */
export interface OfferedChoices extends IssueChoices {
  stale: boolean;
}

/** For how long an answer counts, in milliseconds, how long it is waited for, and how many are kept. */
const lasting = 60_000;
const patience = 8_000;
const most = 500;

interface Kept {
  until: number;
  choices: OfferedChoices;
}

/** Labels, people and states to choose from, as the tracker offers them. */
export class ChoiceService {
  readonly #options: IssueChoicesOptions;
  readonly #kept = new Map<string, Kept>();

  constructor(options: IssueChoicesOptions) {
    this.#options = options;
  }

  /** For an issue as it is now. */
  forIssue(issue: IssueRef & { projectId: string; linkId: string; id: string; version: number; status: IssueStatus }) {
    return this.#offered(issue.projectId, issue.linkId, issue, `${issue.id} ${issue.version}`);
  }

  /** For a new issue. */
  forProject(projectId: string, linkId: string | undefined): Promise<OfferedChoices> {
    const { id } = this.#options.trackers.chosenLink(projectId, linkId);
    return this.#offered(projectId, id, null, `${projectId} ${id}`);
  }

  async #offered(projectId: string, linkId: string, ref: IssueRef | null, key: string): Promise<OfferedChoices> {
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.until > performance.now()) return kept.choices;
    const choices = await this.#ask(projectId, linkId, ref);
    if (choices.stale) return choices;
    this.#kept.delete(key);
    this.#kept.set(key, { choices, until: performance.now() + lasting });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > most && oldest !== undefined) this.#kept.delete(oldest);
    return choices;
  }

  async #ask(projectId: string, linkId: string, ref: IssueRef | null): Promise<OfferedChoices> {
    const { trackers, stored } = this.#options;
    const { connectionId, externalProject } = trackers.link(projectId, linkId);
    try {
      const tracker = await trackers.tracker(connectionId);
      const choices = await tracker.choices(externalProject, ref, AbortSignal.timeout(patience));
      return { ...choices, stale: false };
    } catch (error) {
      if (!(error instanceof AppError && verdictOf(error).retry)) throw error;
      return { ...stored(projectId, linkId), stale: true };
    }
  }
}
