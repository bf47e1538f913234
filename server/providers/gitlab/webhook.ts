import { createHash, timingSafeEqual } from "node:crypto";
import * as z from "zod";
import { AppError } from "../../../shared/errors.ts";
import type { ReadWebhook } from "../tracker.ts";

const kind = z.object({
  object_kind: z.string(),
  object_attributes: z.object({ noteable_type: z.string().nullish() }).nullish(),
});

const named = z.object({ id: z.number(), iid: z.number() });

const delivery = z.object({
  project: z.object({ path_with_namespace: z.string() }),
  /** The issue itself; in a delivery about a note the note. */
  object_attributes: z.object({ id: z.number(), iid: z.number().optional() }),
  /** What a note stands under. */
  issue: named.nullish(),
  work_item: named.nullish(),
});

/**
 * Deliveries about issues, tasks and incidents and about their notes, confidential ones as well; null for all others.
 * GitLab sends none for a deletion. https://docs.gitlab.com/user/project/integrations/webhook_events/
 */
export const readGitLabWebhook: ReadWebhook = (headers, body, secret) => {
  requireToken(headerOf(headers, "x-gitlab-token"), secret);
  const json = parsedJson(body);
  const { object_kind: what, object_attributes: attributes } = parse(kind, json);
  const isNote = what === "note" && /^(?:Issue|WorkItem)$/.test(attributes?.noteable_type ?? "");
  if (!isNote && what !== "issue" && what !== "work_item") return null;
  const { project, object_attributes: object, issue, work_item: item } = parse(delivery, json);
  const { id, iid } = parse(named, isNote ? (issue ?? item) : object);
  return {
    // The same where a delivery is repeated: https://docs.gitlab.com/user/project/integrations/webhooks/#delivery-headers
    id:
      headerOf(headers, "idempotency-key") ||
      headerOf(headers, "x-gitlab-event-uuid") ||
      createHash("sha256").update(body).digest("hex"),
    externalProject: project.path_with_namespace,
    issues: [{ key: `#${iid}`, externalId: String(id) }],
    deleted: false,
  };
};

/** GitLab sends the secret itself. Digests have one length, so that comparing takes the same time whatever is given. */
function requireToken(given: string, secret: string): void {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  // Anyone can send an empty secret.
  if (timingSafeEqual(digest(given), digest(secret)) && secret !== "") return;
  throw new AppError(
    "unauthenticated",
    "The delivery does not carry this connection's webhook secret: check the secret token of the webhook at GitLab.",
  );
}

function parse<T>(schema: z.ZodType<T>, json: unknown): T {
  const found = schema.safeParse(json);
  if (found.success) return found.data;
  throw new AppError("invalid_input", "The delivery is not as GitLab sends them.", { cause: found.error });
}

/** Null for what is no JSON. */
function parsedJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString("utf8")) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** A header's only value; empty where it is missing or there are several. Node gives names in lower case. */
function headerOf(headers: Parameters<ReadWebhook>[0], name: string): string {
  const value = headers[name];
  return typeof value === "string" ? value : "";
}
