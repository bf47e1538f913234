import { id } from "../entities/common.ts";
import { savedFilter, savedFilterInput, savedFilterPatch } from "../entities/filter.ts";
import { crud } from "./crud.ts";
import { on } from "./operation.ts";

/** Saved filters of the issue tree. Sharing one needs the right issues.write besides. */
export const filters = crud({
  plural: "filters",
  singular: "filter",
  entity: savedFilter,
  create: savedFilterInput,
  patch: savedFilterPatch,
  query: { tenantId: id.optional() },
  scope: [on("tenant", "tenantId")],
  capability: { read: "issues.read", write: "issues.read", remove: "issues.read" },
  example: {
    input: {
      tenantId: "a1b2",
      name: "Bugs nobody has",
      filter: { status: "open", label: ["bug"], without: ["assignee"] },
      grouping: ["project", "milestone"],
      shared: true,
    },
  },
});
