import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import * as z from "zod";
import { AppError } from "../../../shared/errors.ts";
import type { ReadWebhook } from "../tracker.ts";

const delivery = z.object({
  webhookEvent: z.string(),
  issue: z
    .object({
      id: z.coerce.string(),
      key: z.string(),
      fields: z.object({ project: z.object({ key: z.string() }).nullish() }).nullish(),
    })
    .nullish(),
});

/**
 * Reads a delivery of Jira Cloud or Data Center, signed with the webhook's secret:
 * https://developer.atlassian.com/cloud/jira/platform/webhooks/#securing-admin-webhooks
 */
export const readJiraWebhook: ReadWebhook = (headers, body, secret) => {
  checkSignature(header(headers, "x-hub-signature"), body, secret);
  const found = delivery.safeParse(parsed(body));
  if (!found.success) {
    throw new AppError("invalid_input", "The delivery is none of Jira's: it names no event.", { cause: found.error });
  }
  const { webhookEvent, issue } = found.data;
  if (!issue || !/^(?:jira:issue_|comment_|attachment_)/.test(webhookEvent)) return null;
  const project = issue.fields?.project?.key ?? issue.key.replace(/-\d+$/, "");
  return {
    // Of what is signed: the id that Jira gives it is not.
    id: createHash("sha256").update(body).digest("hex"),
    externalProject: project,
    issues: [{ key: issue.key, externalId: issue.id }],
    deleted: webhookEvent === "jira:issue_deleted",
  };
};

function checkSignature(signature: string, body: Uint8Array, secret: string): void {
  const given = Buffer.from(/^sha256=([0-9a-f]{64})$/i.exec(signature)?.[1] ?? "", "hex");
  const expected = createHmac("sha256", secret).update(body).digest();
  // Anyone can sign with an empty secret.
  if (secret !== "" && given.length === expected.length && timingSafeEqual(given, expected)) return;
  throw new AppError(
    "unauthenticated",
    signature === ""
      ? "The delivery is not signed: give the webhook in Jira the secret of this connection."
      : "The delivery's signature is wrong: the webhook in Jira must have the secret of this connection.",
  );
}

function header(headers: Parameters<ReadWebhook>[0], name: string): string {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? "";
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString("utf8")) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
