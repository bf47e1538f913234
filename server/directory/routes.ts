import type { Principal } from "../http/context.ts";
import { seesTenant } from "../../shared/rules/permissions.ts";

/** Whether a principal sees what belongs to a tenant; for lists, where nothing names an id. */
export function visibleTo(principal: Principal): (record: { tenantId: string }) => boolean {
  return (record) => seesTenant(principal, record.tenantId);
}

/** The changed fields alone: without the id and what was not given. */
export function changes<T extends { id: string }>(input: T): Partial<Omit<T, "id">> {
  const { id: _id, ...fields } = input;
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<
    Omit<T, "id">
  >;
}
