import * as z from "zod";
import { id } from "../entities/common.ts";
import { issue, issueAbilities, issueComment, issueStatus } from "../entities/issue.ts";
import { commentBody, issueBody, issueTitle, nameList, outboxItem } from "../entities/outbox.ts";
import { on, operation } from "./operation.ts";

const tags = ["issues"];

/** The tracker has it; the body is what the tracker made of it. */
const done = <S extends 200 | 201, T extends z.ZodType>(status: S, body: T) =>
  z.object({ status: z.literal(status), body });

/** The tracker could not be reached, or not yet: the write is kept and sent later. */
const accepted = z.object({ status: z.literal(202), body: z.object({ outbox: outboxItem }) });

/** What can be chosen for an issue. */
const choices = z.object({
  labels: z.array(z.string()),
  /** `id` is what drafts and changes take. */
  assignees: z.array(z.object({ id: z.string(), name: z.string() })),
  /** The states an issue can go to from where it is. */
  statuses: z.array(z.object({ name: z.string(), status: issueStatus })),
  /** Whether the tracker could not be asked, and this is what the store knows. */
  stale: z.boolean(),
});

/** Writes go to the tracker first and then to the store, through the outbox: one that is answered is never lost. */
export const issueWrites = {
  create: operation
    .route({
      method: "POST",
      path: "/api/projects/{id}/issues",
      summary: "Create an issue at the project's tracker; 202 where it is sent later",
      outputStructure: "detailed",
      tags,
    })
    .meta({
      capability: "issues.write",
      effect: "write",
      scope: [on("project")],
      example: { input: { title: "The page is empty", body: "Since **today**.", labels: ["bug"] } },
    })
    .input(
      z.object({
        id,
        /** Which of the project's links; needed where it has several. */
        linkId: id.optional(),
        title: issueTitle,
        body: issueBody.default(""),
        labels: nameList.default([]),
        assignees: nameList.default([]),
      }),
    )
    .output(z.union([done(201, issue), accepted])),
  update: operation
    .route({
      method: "PATCH",
      path: "/api/issues/{id}",
      summary: "Change an issue at its tracker; If-Match takes its version; 202 where it is sent later",
      outputStructure: "detailed",
      tags,
    })
    .meta({
      capability: "issues.write",
      effect: "write",
      scope: [on("issue")],
      example: { input: { status: "closed", labels: ["bug", "wontfix"] } },
    })
    .input(
      z.object({
        id,
        title: issueTitle.optional(),
        body: issueBody.optional(),
        status: issueStatus.optional(),
        /** The tracker's own state; where several lead to the wanted status, it says which. */
        rawStatus: z.string().trim().min(1).max(200).optional(),
        labels: nameList.optional(),
        /** The tracker's ids of people. */
        assignees: nameList.optional(),
      }),
    )
    .output(z.union([done(200, issue), accepted])),
  comment: operation
    .route({
      method: "POST",
      path: "/api/issues/{id}/comments",
      summary: "Comment on an issue at its tracker; 202 where it is sent later",
      outputStructure: "detailed",
      tags,
    })
    .meta({
      capability: "issues.write",
      effect: "write",
      scope: [on("issue")],
      example: { input: { body: "Seen on *staging* too." } },
    })
    .input(z.object({ id, body: commentBody }))
    .output(z.union([done(201, issueComment), accepted])),
  choices: operation
    .route({ method: "GET", path: "/api/issues/{id}/choices", summary: "What can be chosen for an issue", tags })
    .meta({ capability: "issues.read", effect: "read", scope: [on("issue")], example: {} })
    .input(z.object({ id }))
    .output(choices),
  projectChoices: operation
    .route({
      method: "GET",
      path: "/api/projects/{id}/choices",
      summary: "What can be chosen for a new issue",
      tags,
    })
    .meta({ capability: "issues.read", effect: "read", scope: [on("project")], example: {} })
    .input(z.object({ id, linkId: id.optional() }))
    .output(choices.extend({ abilities: issueAbilities })),
  attachment: operation
    .route({
      method: "GET",
      path: "/api/issues/{id}/attachment",
      summary: "An image or file that the issue's text or comments refer to, fetched with the connection's token",
      outputStructure: "detailed",
      tags,
    })
    .meta({
      capability: "issues.read",
      effect: "read",
      scope: [on("issue")],
      example: { input: { url: "https://github.com/user-attachments/assets/4f9d2c" } },
    })
    .input(z.object({ id, url: z.url({ protocol: /^https?$/ }).max(2000) }))
    .output(z.object({ headers: z.record(z.string(), z.string()), body: z.file() })),
};
