import { capabilities, type Capability } from "./permissions.ts";

/** Everything the person may read, or everything they may do but what needs the person. */
const broad = ["read", "write"] as const;

/** What a personal access token may be given: `read`, `write`, or single rights of the capability table. */
export type TokenScope = (typeof broad)[number] | Capability;

export const tokenScopes: readonly TokenScope[] = [...broad, ...(Object.keys(capabilities) as Capability[])];

/** What is asked of a token: the right an operation needs, and whether it only reads. */
export interface Asked {
  capability: Capability;
  effect: "read" | "write" | "destructive";
}

/**
 * Whether a personal access token reaches this far. It never gives its person a right: those are looked at besides.
 * A single right covers what it is needed for, be it reading or writing.
 */
export function scopesAllow(scopes: readonly TokenScope[], { capability, effect }: Asked): boolean {
  return scopes.includes("write") || (scopes.includes("read") && effect === "read") || scopes.includes(capability);
}
