import { oc } from "@orpc/contract";
import { capabilities, type Capability } from "../rules/permissions.ts";

export type ScopedEntity =
  | "tenant"
  | "user"
  | "project"
  | "connection"
  | "issue"
  | "session"
  | "job"
  | "authSession"
  | "accessToken"
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
  /** Whether it takes a step-up though it is not administering, as what approves or lasts: see {@link takesStepUp}. */
  stepUp?: boolean;
  /** About how a person signs in: for the person at their own sign-in, never for a personal access token. */
  personOnly?: boolean;
  /** Shows what is its person's alone, as their screen: of another person it is read like it is changed. */
  confidential?: boolean;
  example: { input?: unknown; output?: unknown };
}

/** The start of every operation in the contract. */
export const operation = oc.$meta<OperationMeta>({ capability: "self", effect: "read", scope: [], example: {} });

/** Shorthand of a scope. */
export const on = (entity: ScopedEntity, param = "id"): Scope => ({ entity, param });

/**
 * Whether an operation on what is another person's administers, and so takes a step-up and no personal access token:
 * changing it, as typing into their terminal, which runs as their Linux user; and reading what is theirs alone.
 */
export function administersOthers({ effect, confidential }: OperationMeta): boolean {
  return effect !== "read" || confidential === true;
}

/**
 * Whether an operation takes a password or a one-time code within the last minutes on a shared host, and is never for a
 * personal access token: everything that administers, which is each change that administrators alone may make. A token
 * of host identity could be had by an agent that runs as the same Linux user.
 */
export function takesStepUp({ capability, effect, stepUp }: OperationMeta): boolean {
  if (capability === "public") return false;
  const administers = effect !== "read" && capabilities[capability].every((level) => level === "admin");
  return stepUp === true || administers;
}
