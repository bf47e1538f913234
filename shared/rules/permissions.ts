import type { Level } from "../entities/user.ts";

/**
 * The one table of who may do what. A capability names what an operation needs; the contract refers to it, the server
 * checks it, a test walks operation × role × tenant. Which entities a role sees is decided by tenant and owner besides.
 */
export const capabilities = {
  /** Anything about oneself: any signed-in person. */
  self: ["admin", "technician", "billing", "client"],
  "tenants.read": ["admin", "technician"],
  "tenants.write": ["admin"],
  "users.read": ["admin", "technician"],
  "users.write": ["admin"],
  "connections.read": ["admin", "technician"],
  "connections.write": ["admin"],
  "sshKeys.read": ["admin", "technician"],
  "sshKeys.write": ["admin"],
  "projects.read": ["admin", "technician", "billing", "client"],
  "projects.write": ["admin", "technician"],
  "projects.delete": ["admin"],
  "issues.read": ["admin", "technician", "client"],
  "issues.write": ["admin", "technician"],
  "workspaces.use": ["admin", "technician"],
  "sessions.use": ["admin", "technician"],
  "sessions.resync": ["admin"],
  "audit.read": ["admin", "technician"],
  "audit.verify": ["admin"],
  "metrics.read": ["admin"],
  "keys.manage": ["admin"],
} as const satisfies Record<string, readonly Level[]>;

export type Capability = keyof typeof capabilities;

export function mayUse(level: Level, capability: Capability): boolean {
  const allowed: readonly Level[] = capabilities[capability];
  return allowed.includes(level);
}

/** What a person may do in one project, each with what stands before it. */
export const projectRoles = ["read", "write", "maintain"] as const;
export type ProjectRole = (typeof projectRoles)[number];

/**
 * The role that an operation needs where its person was given one in the project. A role never gives what the level does
 * not: it keeps a person to less. Who was given none in a project has there what the level has.
 */
export function projectRoleNeeded(capability: Capability, effect: "read" | "write" | "destructive"): ProjectRole {
  if (effect === "read") return "read";
  return capability === "projects.write" || capability === "projects.delete" ? "maintain" : "write";
}

export function roleReaches(given: ProjectRole, needed: ProjectRole): boolean {
  return projectRoles.indexOf(given) >= projectRoles.indexOf(needed);
}

/** What tenant scoping needs to know of a person. */
export interface TenantScope {
  level: Level;
  tenantIds: readonly string[];
}

/** Administrators see every tenant, everyone else those they are a member of. */
export function seesTenant(scope: TenantScope, tenantId: string): boolean {
  return scope.level === "admin" || scope.tenantIds.includes(tenantId);
}
