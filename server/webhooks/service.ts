import { randomBytes } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Connection } from "../../shared/entities/connection.ts";
import type { Project, ProjectLink } from "../../shared/entities/project.ts";
import { AppError } from "../../shared/errors.ts";
import type { SyncService } from "../issues/sync-service.ts";
import type { Logger } from "../log.ts";
import type { IssueRef, WebhookDelivery } from "../providers/tracker.ts";
import type { WebhookDeliveries } from "./deliveries.ts";
import { WebhookQueue } from "./queue.ts";
import { webhookReader } from "./readers.ts";

export interface WebhookServiceOptions {
  connections: { find(id: string): Connection | undefined; webhookSecret(id: string): string | undefined };
  projects: { list(fits: (project: Project) => boolean): Project[] };
  deliveries: WebhookDeliveries;
  syncs: Pick<SyncService, "fetchIssues" | "request">;
  log: Logger;
}

/** Takes what trackers tell of changes, checked and once, and has it fetched. */
export class WebhookService {
  readonly #options: WebhookServiceOptions;
  readonly #queue: WebhookQueue;
  /** Stands where a connection has no secret, so that such a request takes as long as any. */
  readonly #nobodysSecret = randomBytes(32).toString("hex");

  constructor(options: WebhookServiceOptions) {
    const { syncs, log } = options;
    this.#options = options;
    this.#queue = new WebhookQueue({
      fetch: (linkId, refs, signal) => this.#fetch(linkId, refs, signal),
      sync: (linkId) => {
        const found = this.#linked(linkId);
        if (found !== undefined) syncs.request(found.project.id);
      },
      failed: (error) => log.error({ err: error }, "what a webhook told of could not be stored"),
    });
  }

  /**
   * Takes a delivery. What it says is believed only as far as to look at the tracker for it.
   * @param body as it was sent: that is what is signed
   * @throws AppError not_found alike for an unknown connection, one without a secret and a wrong signature; conflict
   *   for a delivery that was taken before; invalid_input for a body that is none of the tracker's
   */
  async receive(connectionId: string, headers: IncomingHttpHeaders, body: Uint8Array): Promise<void> {
    const { connections, deliveries } = this.#options;
    const connection = connections.find(connectionId);
    const secret = connections.webhookSecret(connectionId);
    const read = await webhookReader(connection?.provider ?? "github");
    let delivery: WebhookDelivery | null;
    try {
      delivery = read(headers, body, secret ?? this.#nobodysSecret);
    } catch (error) {
      if (error instanceof AppError && error.code === "unauthenticated") throw nothingHere(error);
      throw error;
    }
    if (connection === undefined || secret === undefined) throw nothingHere();
    if (delivery === null) return;
    if (!deliveries.take(connectionId, delivery.id)) {
      throw new AppError("conflict", "This delivery was taken before. There is nothing to repeat.");
    }
    for (const link of this.#linksTo(connectionId, delivery.externalProject)) this.#queue.add(link.id, delivery.issues);
  }

  /** Gives up what is under way and waits for that. */
  async stop(): Promise<void> {
    await this.#queue.stop();
  }

  async #fetch(linkId: string, refs: readonly IssueRef[], signal: AbortSignal): Promise<void> {
    const found = this.#linked(linkId);
    if (found !== undefined) await this.#options.syncs.fetchIssues(found.project, found.link, refs, signal);
  }

  /** Trackers' names of projects ignore case. */
  #linksTo(connectionId: string, externalProject: string): ProjectLink[] {
    const name = externalProject.toLowerCase();
    const leadsThere = (link: ProjectLink) =>
      link.connectionId === connectionId && link.externalProject.toLowerCase() === name;
    return this.#options.projects
      .list(({ links }) => links.some(leadsThere))
      .flatMap(({ links }) => links.filter(leadsThere));
  }

  #linked(linkId: string): { project: Project; link: ProjectLink } | undefined {
    const [project] = this.#options.projects.list(({ links }) => links.some(({ id }) => id === linkId));
    const link = project?.links.find(({ id }) => id === linkId);
    return project === undefined || link === undefined ? undefined : { project, link };
  }
}

function nothingHere(cause?: unknown): AppError {
  return new AppError("not_found", "There is nothing at this address. See /openapi.json.", { cause });
}
