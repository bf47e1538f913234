import * as z from "zod";
import { base, id, name } from "./common.ts";
import { provider } from "./connection.ts";
import { issueStatus } from "./issue.ts";

/** What issues can be grouped by. */
export const issueGrouping = z.enum(["project", "provider", "status", "label", "assignee", "milestone"]);

/** What an issue may lack. */
export const issueLack = z.enum(["label", "assignee", "milestone"]);

/** The conditions of a saved filter; those of the issue list, without its tenant and page. */
export const savedConditions = z.object({
  projectId: id.optional(),
  status: issueStatus.optional(),
  provider: provider.optional(),
  assignee: z.string().max(500).optional(),
  label: z.array(z.string().max(500)).max(50).optional(),
  milestone: z.string().max(500).optional(),
  without: z.array(issueLack).max(3).optional(),
  q: z.string().max(500).optional(),
});

const fields = {
  tenantId: id,
  name,
  filter: savedConditions,
  /** At most two levels. */
  grouping: z.array(issueGrouping).max(2),
  /** Whether everyone of the tenant sees it. */
  shared: z.boolean(),
};

export const savedFilter = z.object({ ...base, ...fields, ownerId: id });
export const savedFilterInput = z.object({
  ...fields,
  grouping: fields.grouping.default([]),
  shared: fields.shared.default(false),
});
export const savedFilterPatch = z.object(fields).omit({ tenantId: true }).partial();

export type SavedFilter = z.infer<typeof savedFilter>;
export type SavedFilterInput = z.infer<typeof savedFilterInput>;
export type IssueGrouping = z.infer<typeof issueGrouping>;
export type IssueLack = z.infer<typeof issueLack>;
