import { randomBytes } from "node:crypto";
import type { EventEntity, ServerEvent } from "../../shared/entities/event.ts";
import { mayUse, seesTenant, type Capability, type TenantScope } from "../../shared/rules/permissions.ts";
import { scopesAllow, type TokenScope } from "../../shared/rules/token-scopes.ts";

export interface Publication {
  entity: EventEntity;
  change: "created" | "changed" | "deleted";
  id: string;
  /** Null for what only administrators see. */
  tenantId: string | null;
  /** Where set, only this person and administrators see it. */
  ownerId?: string;
  data?: unknown;
}

/** Who listens; looked at for each event, so a changed role counts at once. */
export interface Listener extends TenantScope {
  userId: string;
  sessionId: string;
  /** How far a personal access token reaches; null or absent for a person. */
  scopes?: readonly TokenScope[] | null;
}

export interface StreamedEvent {
  id: string;
  event: ServerEvent;
}

interface Stored extends Publication {
  sequence: number;
}

interface Subscription {
  listener: Listener;
  queue: StreamedEvent[];
  wake: (() => void) | undefined;
  ended: boolean;
}

/** Events kept for a listener that comes back; older ones answer `reset`. */
const historyLimit = 5_000;
/** Events a slow listener may be behind before it is told to read everything anew. */
const queueLimit = 1_000;

/**
 * What changed, to everyone who may see it. Ids are `<boot>-<sequence>`: after a restart or a long absence a listener
 * gets `stream.reset` instead of a gap.
 */
export class EventBus {
  readonly #boot = randomBytes(4).toString("hex");
  readonly #history: Stored[] = [];
  readonly #subscriptions = new Set<Subscription>();
  #sequence = 0;
  #closed = false;

  get listenerCount(): number {
    return this.#subscriptions.size;
  }

  publish(publication: Publication): void {
    this.#sequence += 1;
    const stored = { ...publication, sequence: this.#sequence };
    this.#history.push(stored);
    if (this.#history.length > historyLimit * 1.2) this.#history.splice(0, this.#history.length - historyLimit);
    for (const subscription of this.#subscriptions) this.#offer(subscription, stored);
  }

  /**
   * @param lastEventId what the listener saw last, to go on from there
   * @returns events until the signal aborts, the listener's session is ended or the bus is closed
   */
  async *subscribe(
    listener: Listener,
    lastEventId: string | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<StreamedEvent> {
    const subscription: Subscription = { listener, queue: [], wake: undefined, ended: this.#closed };
    this.#replay(subscription, lastEventId);
    this.#subscriptions.add(subscription);
    const abort = () => this.#end(subscription);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    try {
      for (;;) {
        const next = subscription.queue.shift();
        if (next !== undefined) {
          yield next;
        } else if (subscription.ended) {
          return;
        } else {
          await new Promise<void>((resolve) => {
            subscription.wake = resolve;
          });
        }
      }
    } finally {
      signal.removeEventListener("abort", abort);
      this.#subscriptions.delete(subscription);
    }
  }

  /** Ends the streams of one sign-in, as when it is revoked. */
  endSession(sessionId: string): void {
    for (const subscription of this.#subscriptions) {
      if (subscription.listener.sessionId === sessionId) this.#end(subscription);
    }
  }

  /** Ends all streams of a person, as when they are disabled or their roles change: they come back with the new ones. */
  endUser(userId: string): void {
    for (const subscription of this.#subscriptions) {
      if (subscription.listener.userId === userId) this.#end(subscription);
    }
  }

  close(): void {
    this.#closed = true;
    for (const subscription of this.#subscriptions) this.#end(subscription);
  }

  #replay(subscription: Subscription, lastEventId: string | undefined): void {
    if (lastEventId !== undefined) {
      const [boot, text] = lastEventId.split("-");
      const seen = Number(text);
      const oldest = this.#history[0]?.sequence ?? this.#sequence + 1;
      if (boot !== this.#boot || !Number.isInteger(seen) || seen + 1 < oldest || seen > this.#sequence) {
        subscription.queue.push(this.#streamEvent("stream.reset"));
      } else {
        for (const stored of this.#history) if (stored.sequence > seen) this.#offer(subscription, stored);
      }
    }
    subscription.queue.push(this.#streamEvent("stream.ready"));
  }

  #offer(subscription: Subscription, stored: Stored): void {
    if (subscription.ended || !mayHear(subscription.listener, stored)) return;
    if (subscription.queue.length >= queueLimit)
      subscription.queue.splice(0, queueLimit, this.#streamEvent("stream.reset"));
    subscription.queue.push({
      id: `${this.#boot}-${stored.sequence}`,
      event: {
        type: `${stored.entity}.${stored.change}`,
        entity: stored.entity,
        id: stored.id,
        tenantId: stored.tenantId,
        data: stored.data ?? null,
      },
    });
    this.#wake(subscription);
  }

  #streamEvent(type: "stream.reset" | "stream.ready"): StreamedEvent {
    return {
      id: `${this.#boot}-${this.#sequence}`,
      event: { type, entity: "stream", id: this.#boot, tenantId: null, data: null },
    };
  }

  #end(subscription: Subscription): void {
    subscription.ended = true;
    this.#wake(subscription);
  }

  #wake(subscription: Subscription): void {
    const { wake } = subscription;
    subscription.wake = undefined;
    wake?.();
  }
}

/** Who may read an entity may hear of it. */
const hearing: Record<EventEntity, Capability> = {
  tenant: "tenants.read",
  user: "users.read",
  project: "projects.read",
  connection: "connections.read",
  issue: "issues.read",
  issues: "issues.read",
  job: "self",
  sync: "issues.read",
  session: "sessions.use",
  workspace: "workspaces.use",
  outbox: "issues.write",
  filter: "issues.read",
  sshKey: "sshKeys.read",
  sshHost: "sshKeys.write",
};

function mayHear(listener: Listener, publication: Publication): boolean {
  const capability = hearing[publication.entity];
  if (!mayUse(listener.level, capability)) return false;
  const { scopes } = listener;
  if (scopes !== undefined && scopes !== null && !scopesAllow(scopes, { capability, effect: "read" })) return false;
  if (listener.level === "admin") return true;
  if (publication.ownerId !== undefined) return publication.ownerId === listener.userId;
  return publication.tenantId !== null && seesTenant(listener, publication.tenantId);
}
