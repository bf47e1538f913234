import { oc } from "@orpc/contract";
import type { Capability } from "../rules/permissions.ts";

export type ScopedEntity =
  | "tenant"
  | "user"
  | "project"
  | "connection"
  | "issue"
  | "session"
  | "job"
  | "authSession"
  | "outboxItem"
  | "filter"
  | "sshKey"
  | "sshHost";

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
  /**
   * Administering and approving: on a shared host it takes a password or a one-time code within the last minutes, for a
   * token of host identity could be an agent's. A personal access token never may.
   */
  stepUp?: boolean;
  /** About how a person signs in: for the person at their own sign-in, never for a personal access token. */
  personOnly?: boolean;
  example: { input?: unknown; output?: unknown };
}

/** The start of every operation in the contract. */
export const operation = oc.$meta<OperationMeta>({ capability: "self", effect: "read", scope: [], example: {} });

/** Shorthand of a scope. */
export const on = (entity: ScopedEntity, param = "id"): Scope => ({ entity, param });
