import { AppError } from "../../shared/errors.ts";

const longestError = 500;

/**
 * Shapes of secrets that could have got into a message from outside (git's output, a provider's answer): credentials in
 * an address, bearer tokens, JWTs, and the vendors' own token prefixes. Every quantifier is bounded.
 */
const secretShapes: readonly [RegExp, string][] = [
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@]{1,500}@/gi, "$1***@"],
  [/\b(bearer|basic|token)(\s{1,5}|=)[\w.~+/=-]{8,2000}/gi, "$1 ***"],
  [/\beyJ[\w-]{5,2000}\.[\w-]{5,4000}\.[\w-]{0,2000}/g, "***"],
  [/\b(?:gh[pousr]_|github_pat_|glpat-|sk-|xox[abprs]-|ATATT)[\w-]{8,500}/g, "***"],
  [
    /\b(password|passwd|secret|api[_-]?key|private[_-]?token)(["']?\s{0,3}[=:]\s{0,3}["']?)[^\s"',;&]{1,500}/gi,
    "$1$2***",
  ],
];

/** The text with everything that has the shape of a secret masked, cut to 500 characters. */
export function scrub(text: string): string {
  const masked = secretShapes.reduce((rest, [shape, mask]) => rest.replace(shape, mask), text.slice(0, 10_000));
  return masked.length > longestError ? `${masked.slice(0, longestError - 1)}…` : masked;
}

/** Why something failed, fit for the audit: our own errors by their sentence, any other by its class alone. */
export function failureText(error: unknown): string {
  if (error instanceof AppError) return scrub(`${error.code}: ${error.message}`);
  return `internal: ${error instanceof Error ? error.name : typeof error}`;
}
