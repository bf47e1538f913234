import * as z from "zod";
import { id, pageOf, pageQuery, queryFlag, refName, repeatable } from "../entities/common.ts";
import { provider } from "../entities/connection.ts";
import { contextResult } from "../entities/context.ts";
import { issueGrouping, issueLack } from "../entities/filter.ts";
import { issueAbilities, issueStatus, issueWithComments, listedIssue } from "../entities/issue.ts";
import { outboxItem } from "../entities/outbox.ts";
import { redactionPolicy } from "../entities/project.ts";
import { toolName } from "../entities/session.ts";
import { jobAccepted } from "./jobs.ts";
import { on, operation } from "./operation.ts";

/** The filters of the issue list, shared by the list and its facets. */
export const issueFilter = {
  tenantId: id.optional(),
  projectId: id.optional(),
  status: issueStatus.optional(),
  provider: provider.optional(),
  /** A provider's login or name, or `me`. */
  assignee: z.string().max(500).optional(),
  label: repeatable(z.string().max(500)),
  milestone: z.string().max(500).optional(),
  /** What they must not have: any label, assignee or milestone. */
  without: repeatable(issueLack),
  /** Full text over key, title, body and comments: all words, `"a phrase"`, `pre*`. */
  q: z.string().max(500).optional(),
};

const filterScope = [on("tenant", "tenantId"), on("project", "projectId")];

export const issues = {
  list: operation
    .route({ method: "GET", path: "/api/issues", summary: "List and search issues", tags: ["issues"] })
    .meta({
      capability: "issues.read",
      effect: "read",
      scope: filterScope,
      example: { input: { status: "open", q: '"durable write" stor*' } },
    })
    .input(
      z.object({
        ...pageQuery,
        ...issueFilter,
        sort: z.enum(["updated", "created", "title"]).default("updated"),
        order: z.enum(["asc", "desc"]).default("desc"),
        /** With `q`: each item says where it was found. */
        highlight: queryFlag.optional(),
      }),
    )
    .output(pageOf(listedIssue)),
  groups: operation
    .route({
      method: "GET",
      path: "/api/issues/groups",
      summary: "Count the issues a filter matches by one of their fields; an empty value counts those without",
      tags: ["issues"],
    })
    .meta({
      capability: "issues.read",
      effect: "read",
      scope: filterScope,
      example: { input: { by: "status" }, output: { items: [{ value: "open", count: 3 }] } },
    })
    .input(z.object({ ...issueFilter, by: issueGrouping }))
    .output(z.object({ items: z.array(z.object({ value: z.string(), count: z.int() })) })),
  get: operation
    .route({
      method: "GET",
      path: "/api/issues/{id}",
      summary:
        "Read one issue with its comments, what can be done with it, and one's writes on their way to its tracker",
      tags: ["issues"],
    })
    .meta({ capability: "issues.read", effect: "read", scope: [on("issue")], example: {} })
    .input(z.object({ id }))
    .output(issueWithComments.extend({ abilities: issueAbilities, pending: z.array(outboxItem) })),
  writeContext: operation
    .route({
      method: "POST",
      path: "/api/issues/{id}/context",
      summary: "Write AGENTS.override.md in the caller's working tree for the issue, or preview it",
      tags: ["context"],
    })
    .meta({ capability: "issues.write", effect: "write", scope: [on("issue")], example: { input: { preview: true } } })
    .input(
      z.object({
        id,
        preview: z.boolean().optional(),
        notes: z.string().max(100_000).optional(),
        policy: redactionPolicy.optional(),
        /** Only comments of the repository's own people. */
        collaboratorsOnly: z.boolean().optional(),
      }),
    )
    .output(contextResult),
  clearContext: operation
    .route({
      method: "DELETE",
      path: "/api/issues/{id}/context",
      summary: "Remove the issue's and the base section from AGENTS.override.md",
      successStatus: 204,
      tags: ["context"],
    })
    .meta({ capability: "issues.write", effect: "destructive", scope: [on("issue")], example: {} })
    .input(z.object({ id })),
  start: operation
    .route({
      method: "POST",
      path: "/api/issues/{id}/start",
      summary: "Start work: branch, working tree, context and session",
      successStatus: 202,
      tags: ["issues"],
    })
    .meta({ capability: "sessions.use", effect: "write", scope: [on("issue")], example: { input: { tool: "codex" } } })
    .input(
      z.object({
        id,
        tool: toolName,
        branch: refName.optional(),
        prompt: z.string().max(100_000).optional(),
        /** Always a worktree beside the clone; else only where the clone is busy or dirty. */
        worktree: z.boolean().optional(),
      }),
    )
    .output(jobAccepted),
};
