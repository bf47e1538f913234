import * as z from "zod";
import { id, pageOf, pageQuery } from "../entities/common.ts";
import { issueStatus } from "../entities/issue.ts";
import { issueBody, issueTitle, nameList, outboxItem } from "../entities/outbox.ts";
import { on, operation } from "./operation.ts";

const tags = ["outbox"];
const item = "/api/outbox/{id}" as const;

export const outbox = {
  list: operation
    .route({
      method: "GET",
      path: "/api/outbox",
      summary: "List the writes that have not reached their tracker, oldest first: one's own, for administrators all",
      tags,
    })
    .meta({ capability: "issues.write", effect: "read", scope: [on("issue", "issueId")], example: {} })
    .input(z.object({ ...pageQuery, issueId: id.optional() }))
    .output(pageOf(outboxItem)),
  get: operation
    .route({ method: "GET", path: item, summary: "Read one write, also some days after it was sent", tags })
    .meta({ capability: "issues.write", effect: "read", scope: [on("outboxItem")], example: {} })
    .input(z.object({ id }))
    .output(outboxItem),
  update: operation
    .route({
      method: "PATCH",
      path: item,
      summary:
        "Change a write that is not being sent, or settle its conflict: `keep` mine or theirs, or give the merged texts",
      tags,
    })
    .meta({
      capability: "issues.write",
      effect: "write",
      scope: [on("outboxItem")],
      example: { input: { keep: "theirs" } },
    })
    .input(
      z.object({
        id,
        title: issueTitle.optional(),
        body: issueBody.optional(),
        status: issueStatus.optional(),
        rawStatus: z.string().trim().min(1).max(200).optional(),
        labels: nameList.optional(),
        assignees: nameList.optional(),
        keep: z.enum(["mine", "theirs"]).optional(),
      }),
    )
    .output(outboxItem),
  remove: operation
    .route({ method: "DELETE", path: item, summary: "Withdraw a write that was not sent", successStatus: 204, tags })
    .meta({ capability: "issues.write", effect: "destructive", scope: [on("outboxItem")], example: {} })
    .input(z.object({ id })),
  retry: operation
    .route({ method: "POST", path: "/api/outbox/{id}/retry", summary: "Try to send a write now", tags })
    .meta({ capability: "issues.write", effect: "write", scope: [on("outboxItem")], example: {} })
    .input(z.object({ id }))
    .output(outboxItem),
};
