import * as z from "zod";

/** Opaque, URL-safe. */
export const id = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[A-Za-z0-9_-]+$/, "must be an id: letters, digits, - and _");

/** ISO 8601, UTC. */
export const timestamp = z.iso.datetime();

/** What every entity carries; `version` grows by one with each change and is honoured in `If-Match`. */
export const base = {
  id,
  version: z.int().min(1),
  createdAt: timestamp,
  updatedAt: timestamp,
};

// Control characters in a name could forge lines in terminals, logs and commit messages.
const controlCharacters = /\p{Cc}/u;

/** A one-line name for people. */
export const name = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(200)
  .refine((value) => !controlCharacters.test(value), "must be one line without control characters");

export const slug = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, "must be lower-case letters, digits and single dashes, as my-project");

export const email = z.email().max(254).toLowerCase();

/** A git ref name a person may give; the full rule of git check-ref-format is applied where it is used. */
export const refName = z.string().min(1).max(200);

/** What lists answer. `total` counts everything the filter matches, not the page. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable(), total: z.int().min(0) });
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
  total: number;
}

/** What lists take. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(1000).optional(),
};

/** A repeatable query parameter: one value or several. */
export function repeatable<T extends z.ZodType>(item: T) {
  return z
    .preprocess((value) => (value === undefined || Array.isArray(value) ? value : [value]), z.array(item).max(50))
    .optional();
}

/** A flag in a query string, where everything is text. */
export const queryFlag = z.preprocess(
  (value) => (value === "true" ? true : value === "false" ? false : value),
  z.boolean(),
);
