import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import * as z from "zod";
import { AppError } from "../../../shared/errors.ts";
import type { ReadWebhook } from "../tracker.ts";

const delivery = z.object({
  action: z.string(),
  issue: z.object({ id: z.number(), number: z.number(), pull_request: z.unknown().optional() }),
  repository: z.object({ full_name: z.string() }),
});

/** The issue is in this repository no more. */
const leaving = new Set(["deleted", "transferred"]);

/**
 * Deliveries of `issues` and `issue_comment`; null for everything else, as `ping`.
 * https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
export const readGitHubWebhook: ReadWebhook = (headers, body, secret) => {
  requireSignature(oneOf(headers, "x-hub-signature-256"), body, secret);
  const event = oneOf(headers, "x-github-event");
  if (event !== "issues" && event !== "issue_comment") return null;
  const { action, issue, repository } = parse(body, oneOf(headers, "content-type"));
  if (issue.pull_request !== undefined) return null;
  return {
    // Of what is signed: the id that GitHub gives it is not.
    id: createHash("sha256").update(body).digest("hex"),
    externalProject: repository.full_name,
    issues: [{ key: `#${issue.number}`, externalId: String(issue.id) }],
    deleted: event === "issues" && leaving.has(action),
  };
};

function requireSignature(signature: string, body: Uint8Array, secret: string): void {
  const expected = Buffer.from(`sha256=${createHmac("sha256", secret).update(body).digest("hex")}`);
  const given = Buffer.from(signature);
  if (secret !== "" && given.length === expected.length && timingSafeEqual(given, expected)) return;
  throw new AppError(
    "unauthenticated",
    "The delivery is not signed with this connection's webhook secret: check the secret in the webhook at GitHub.",
  );
}

/** GitHub sends JSON, or a form with JSON in the field `payload`, as the webhook is set. */
function parse(body: Uint8Array, contentType: string): z.infer<typeof delivery> {
  const text = Buffer.from(body).toString("utf8");
  const json = contentType.startsWith("application/x-www-form-urlencoded")
    ? (new URLSearchParams(text).get("payload") ?? "")
    : text;
  try {
    return delivery.parse(JSON.parse(json));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw error;
    throw new AppError("invalid_input", "The delivery is not as GitHub sends them.", { cause: error });
  }
}

/** A header's only value; empty where it is missing or there are several. Node gives names in lower case. */
function oneOf(headers: Parameters<ReadWebhook>[0], name: string): string {
  const value = headers[name];
  return typeof value === "string" ? value : "";
}
