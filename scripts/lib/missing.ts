import type { Missing } from "../setup.mjs";

/** What set-up (scripts/run.mjs) could not provide, one line each. */
export function missingParts(): string[] {
  const missing = JSON.parse(process.env["AIOPS_SETUP_MISSING"] ?? "[]") as Missing[];
  return missing.map(({ what, why, hand }) => `${what} is missing (${why}). By hand: ${hand}`);
}
