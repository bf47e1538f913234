import type { Page } from "../../shared/entities/common.ts";

/** Reads every page of a list that is known to be short: tenants, projects, sessions; never issues. */
export async function readAll<T>(list: (page: { limit: number; cursor?: string }) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await list(cursor === null ? { limit: 500 } : { limit: 500, cursor });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
}
