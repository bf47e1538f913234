import type { Page } from "../../shared/entities/common.ts";
import { AppError } from "../../shared/errors.ts";

export interface PageRequest {
  limit: number;
  cursor?: string | undefined;
}

/** Cuts one page from a list that is in memory; the cursor names the last item of the page before. */
export function paginate<T extends { id: string }>(all: readonly T[], { limit, cursor }: PageRequest): Page<T> {
  let start = 0;
  if (cursor !== undefined) {
    const last = Buffer.from(cursor, "base64url").toString("utf8");
    start = all.findIndex(({ id }) => id === last) + 1;
    if (start === 0)
      throw new AppError("invalid_input", "The cursor is not valid any more: start from the first page.");
  }
  const items = all.slice(start, start + limit);
  const last = items.at(-1);
  const more = last !== undefined && start + limit < all.length;
  return { items, nextCursor: more ? Buffer.from(last.id).toString("base64url") : null, total: all.length };
}
