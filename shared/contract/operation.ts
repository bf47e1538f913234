import { oc } from "@orpc/contract";
import type { Capability } from "../rules/permissions.ts";

export type ScopedEntity =
  "tenant" | "user" | "project" | "connection" | "issue" | "session" | "job" | "authSession" | "outboxItem" | "filter";

/** Names the input field that holds the id of a tenant-scoped entity; the server answers 404 where it is not the caller's. */
export interface Scope {
  entity: ScopedEntity;
  param: string;
}

/** What the contract says of an operation beyond its path and shapes. */
export interface OperationMeta {
  capability: Capability | "public";
  effect: "read" | "write" | "destructive";
  scope: readonly Scope[];
  example: { input?: unknown; output?: unknown };
}

/** The start of every operation in the contract. */
export const operation = oc.$meta<OperationMeta>({ capability: "self", effect: "read", scope: [], example: {} });

/** Shorthand of a scope. */
export const on = (entity: ScopedEntity, param = "id"): Scope => ({ entity, param });
