import { implement } from "@orpc/server";
import type { AuditActor } from "../../shared/entities/audit.ts";
import { id } from "../../shared/entities/common.ts";
import { contract } from "../../shared/contract/index.ts";
import {
  administersOthers,
  takesStepUp,
  type OperationMeta,
  type ScopedEntity,
} from "../../shared/contract/operation.ts";
import { AppError } from "../../shared/errors.ts";
import { isRecord } from "../../shared/values.ts";
import {
  mayUse,
  projectRoleNeeded,
  roleReaches,
  seesTenant,
  type Capability,
  type ProjectRole,
} from "../../shared/rules/permissions.ts";
import { scopesAllow } from "../../shared/rules/token-scopes.ts";
import type { AuditLog } from "../audit/log.ts";
import { toAppError } from "./problem.ts";
import type { Principal, RequestContext } from "./context.ts";

/** Where an entity belongs; undefined where there is none. */
export interface Placement {
  /** Null for what belongs to no tenant. */
  tenantIds: readonly string[] | null;
  /** Where set, only this person and administrators see it. */
  ownerId?: string;
  /** The roles that people were given in the project it belongs to; absent where it belongs to none. */
  roles?: readonly { userId: string; role: ProjectRole }[];
}

export type Placements = Record<ScopedEntity, (id: string) => Placement | undefined>;

export interface AuthorizeOptions {
  audit: AuditLog;
  placements: Placements;
  /** What administering takes besides the right to it. @throws AppError step_up_required */
  requireStepUp: (principal: Principal) => void;
}

/**
 * What stands before every operation, in the contract's order: 401 without a token, 403 for a capability lacked, 404 for
 * what does not exist or is another tenant's; then validation and the work itself, audited where it writes.
 */
export function createImplementer({ audit, placements, requireStepUp }: AuthorizeOptions) {
  return implement(contract)
    .$context<RequestContext>()
    .use(async (call, input) => {
      const { context, path } = call;
      const meta: OperationMeta = call.procedure["~orpc"].meta;
      const { principal, inputProblem } = context;
      if (meta.capability === "public") {
        if (inputProblem !== undefined) throw inputProblem;
        return call.next({ context: { principal: anonymous } });
      }
      if (principal === undefined) throw unauthenticated();
      const action = path.join(".");
      const writes = meta.effect !== "read";
      const subject = {
        action,
        actor: actorOf(principal),
        tenantId: null,
        target: namedTarget(meta, input, principal),
      };
      let scoped: Scoped;
      try {
        if (!mayUse(principal.level, meta.capability)) {
          throw new AppError("forbidden", `This needs the right ${meta.capability}, which ${principal.level} has not.`);
        }
        checkToken(meta, meta.capability, principal);
        if (takesStepUp(meta)) requireStepUp(principal);
        scoped = checkScopes(meta, input, principal, placements);
        if (scoped.ofAnother && administersOthers(meta)) requireAdministrator(principal, requireStepUp);
      } catch (error) {
        if (writes) await audit.append({ ...subject, outcome: "denied", error: toAppError(error).code });
        throw error;
      }
      const run = async () => {
        if (inputProblem !== undefined) throw inputProblem;
        return call.next({ context: { principal } });
      };
      if (!writes) return run();
      return audit.audited({ ...subject, tenantId: scoped.tenantId }, run, ({ output }) =>
        action.endsWith(".create") ? madeTarget(action, output, subject.target) : subject.target,
      );
    });
}

export type Implementer = ReturnType<typeof createImplementer>;

/** Stands in the context of public operations, which never look at it. */
const anonymous: Principal = {
  userId: "",
  sessionId: "",
  level: "client",
  tenantIds: [],
  expiresAt: 0,
  amr: [],
  steppedUpAt: null,
  scopes: null,
};

export function unauthenticated(): AppError {
  return new AppError("unauthenticated", "A valid token is needed: sign in anew (aiops token, or reload VS Code).");
}

function actorOf(principal: Principal): AuditActor {
  return { kind: "user", id: principal.userId };
}

/** A personal access token reaches as far as its scopes, and never to what needs the person. @throws AppError forbidden */
function checkToken(meta: OperationMeta, capability: Capability, { scopes }: Principal): void {
  if (scopes === null) return;
  if (meta.personOnly === true || takesStepUp(meta)) {
    throw notWithToken();
  }
  if (!scopesAllow(scopes, { capability, effect: meta.effect })) {
    throw new AppError(
      "forbidden",
      `The token's scopes (${scopes.join(", ")}) don't cover ${capability}. Make another.`,
    );
  }
}

function notWithToken(): AppError {
  return new AppError(
    "forbidden",
    "A personal access token can't do this: it never administers, approves, or changes how you sign in. Sign in yourself.",
  );
}

/**
 * What touches another person or acts as them, which administrators alone may do: by themselves, with a step-up.
 * @throws AppError forbidden for a personal access token, step_up_required
 */
export function requireAdministrator(principal: Principal, requireStepUp: AuthorizeOptions["requireStepUp"]): void {
  if (principal.scopes !== null) throw notWithToken();
  requireStepUp(principal);
}

interface Scoped {
  tenantId: string | null;
  /** Whether something of it is another person's, whom the caller administers. */
  ofAnother: boolean;
}

/**
 * What an operation is asked to be done to, as `project:4f9d`, whether it exists or not: a refusal is recorded with it.
 * An operation on nothing in particular is one on the caller's own sign-in, or on the server.
 */
function namedTarget(meta: OperationMeta, input: unknown, principal: Principal): string {
  const fields = isRecord(input) ? input : {};
  for (const { entity, param } of meta.scope) {
    const named = id.safeParse(fields[param]);
    if (named.success) return `${entity}:${named.data}`;
  }
  return meta.capability === "self" ? `authSession:${principal.sessionId}` : "server";
}

/**
 * What a creation made, as `project:4f9d`; where it made nothing with an id, what it was done to. An answer with a status
 * of its own has it in its body.
 */
function madeTarget(action: string, output: unknown, fallback: string): string {
  if (!isRecord(output)) return fallback;
  const made = typeof output["status"] === "number" && isRecord(output["body"]) ? output["body"] : output;
  if (typeof made["id"] !== "string") return fallback;
  return `${action.split(".")[0]?.replace(/s$/, "")}:${made["id"]}`;
}

function checkScopes(meta: OperationMeta, input: unknown, principal: Principal, placements: Placements): Scoped {
  const fields = isRecord(input) ? input : {};
  const scoped: Scoped = { tenantId: null, ofAnother: false };
  for (const { entity, param } of meta.scope) {
    const named = fields[param];
    // Missing or malformed ids are for validation to name; an optional filter may be absent.
    if (typeof named !== "string") continue;
    const placement = placements[entity](named);
    if (placement === undefined || !mayReach(principal, placement)) {
      throw new AppError("not_found", `There is no such ${entity}.`);
    }
    checkRole(meta, principal, placement);
    scoped.ofAnother ||= placement.ownerId !== undefined && placement.ownerId !== principal.userId;
    scoped.tenantId ??= placement.tenantIds?.[0] ?? null;
  }
  return scoped;
}

/** A role in a project limits what the person's level allows there. @throws AppError forbidden */
function checkRole(meta: OperationMeta, { level, userId }: Principal, { roles = [] }: Placement): void {
  const given = roles.find((each) => each.userId === userId)?.role;
  if (level === "admin" || given === undefined || meta.capability === "public") return;
  const needed = projectRoleNeeded(meta.capability, meta.effect);
  if (!roleReaches(given, needed)) {
    throw new AppError("forbidden", `This needs the role ${needed} in the project; yours is ${given}.`);
  }
}

function mayReach(principal: Principal, placement: Placement): boolean {
  if (principal.level === "admin") return true;
  if (placement.ownerId !== undefined && placement.ownerId !== principal.userId) return false;
  if (placement.tenantIds === null) return placement.ownerId !== undefined;
  return placement.tenantIds.some((tenantId) => seesTenant(principal, tenantId));
}
