import { implement } from "@orpc/server";
import type { AuditActor } from "../../shared/entities/audit.ts";
import { contract } from "../../shared/contract/index.ts";
import type { OperationMeta, ScopedEntity } from "../../shared/contract/operation.ts";
import { AppError } from "../../shared/errors.ts";
import { isRecord } from "../../shared/values.ts";
import { mayUse, seesTenant } from "../../shared/rules/permissions.ts";
import type { AuditLog } from "../audit/log.ts";
import { toAppError } from "./problem.ts";
import type { Principal, RequestContext } from "./context.ts";

/** Where an entity belongs; undefined where there is none. */
export interface Placement {
  /** Null for what belongs to no tenant. */
  tenantIds: readonly string[] | null;
  /** Where set, only this person and administrators see it. */
  ownerId?: string;
}

export type Placements = Record<ScopedEntity, (id: string) => Placement | undefined>;

export interface AuthorizeOptions {
  audit: AuditLog;
  placements: Placements;
}

/**
 * What stands before every operation, in the contract's order: 401 without a token, 403 for a capability lacked, 404 for
 * what does not exist or is another tenant's; then validation and the work itself, audited where it writes.
 */
export function createImplementer({ audit, placements }: AuthorizeOptions) {
  return implement(contract)
    .$context<RequestContext>()
    .use(async (call, input) => {
      const { context, path } = call;
      const meta: OperationMeta = call.procedure["~orpc"].meta;
      if (meta.capability === "public") return call.next({ context: { principal: anonymous } });
      const { principal } = context;
      if (principal === undefined) throw unauthenticated();
      const action = path.join(".");
      const writes = meta.effect !== "read";
      const subject = { action, actor: actorOf(principal), tenantId: null, target: "" };
      let scoped: Scoped;
      try {
        if (!mayUse(principal.level, meta.capability)) {
          throw new AppError("forbidden", `This needs the right ${meta.capability}, which ${principal.level} has not.`);
        }
        scoped = checkScopes(meta, input, principal, placements);
      } catch (error) {
        if (writes) await audit.append({ ...subject, outcome: "denied", error: toAppError(error).code });
        throw error;
      }
      const run = async () => call.next({ context: { principal } });
      if (!writes) return run();
      return audit.audited({ ...subject, tenantId: scoped.tenantId, target: scoped.target }, run, ({ output }) =>
        scoped.target === "" || action.endsWith(".create") ? madeTarget(action, output, scoped.target) : scoped.target,
      );
    });
}

export type Implementer = ReturnType<typeof createImplementer>;

/** Stands in the context of public operations, which never look at it. */
const anonymous: Principal = { userId: "", sessionId: "", level: "client", tenantIds: [], expiresAt: 0, amr: [] };

export function unauthenticated(): AppError {
  return new AppError("unauthenticated", "A valid token is needed: sign in anew (aiops token, or reload VS Code).");
}

function actorOf(principal: Principal): AuditActor {
  return { kind: "user", id: principal.userId };
}

interface Scoped {
  tenantId: string | null;
  target: string;
}

/** What a creation made, as `project:4f9d`; where it made nothing with an id, what it was done to. */
function madeTarget(action: string, output: unknown, fallback: string): string {
  if (!isRecord(output) || typeof output["id"] !== "string") return fallback;
  return `${action.split(".")[0]?.replace(/s$/, "")}:${output["id"]}`;
}

function checkScopes(meta: OperationMeta, input: unknown, principal: Principal, placements: Placements): Scoped {
  const fields: Record<string, unknown> = typeof input === "object" && input !== null ? { ...input } : {};
  const scoped: Scoped = { tenantId: null, target: "" };
  for (const { entity, param } of meta.scope) {
    const id = fields[param];
    // Missing or malformed ids are for validation to name; an optional filter may be absent.
    if (typeof id !== "string") continue;
    const placement = placements[entity](id);
    if (placement === undefined || !mayReach(principal, placement)) {
      throw new AppError("not_found", `There is no such ${entity}.`);
    }
    scoped.tenantId ??= placement.tenantIds?.[0] ?? null;
    if (scoped.target === "") scoped.target = `${entity}:${id}`;
  }
  return scoped;
}

function mayReach(principal: Principal, placement: Placement): boolean {
  if (principal.level === "admin") return true;
  if (placement.ownerId !== undefined && placement.ownerId !== principal.userId) return false;
  return placement.tenantIds?.some((tenantId) => seesTenant(principal, tenantId)) ?? false;
}
