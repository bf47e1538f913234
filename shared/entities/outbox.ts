import * as z from "zod";
import { base, id, timestamp } from "./common.ts";
import { issueStatus } from "./issue.ts";

export const issueTitle = z.string().trim().min(1, "must not be empty").max(1000);
export const issueBody = z.string().max(200_000);
export const commentBody = issueBody.refine((body) => body.trim() !== "", "must not be empty");
/** Names of labels, or a tracker's ids of people. */
export const nameList = z.array(z.string().trim().min(1).max(500)).max(200);

/** What is added to a list and taken from it: such changes of several people do not exclude each other. */
export const listChange = z.object({ add: z.array(z.string()), remove: z.array(z.string()) });

/** What an issue's edit changes; what is not named stays. */
export const issueEdit = z.object({
  title: issueTitle.optional(),
  body: issueBody.optional(),
  status: issueStatus.optional(),
  rawStatus: z.string().trim().min(1).max(200).optional(),
  labels: listChange.optional(),
  assignees: listChange.optional(),
});

/** One write to a tracker. */
export const outboxWrite = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("create"),
    title: issueTitle,
    body: issueBody,
    labels: nameList,
    assignees: nameList,
  }),
  z.object({ kind: z.literal("update"), ...issueEdit.shape }),
  z.object({ kind: z.literal("comment"), body: commentBody }),
]);

/**
 * `queued` waits its turn or the next attempt, `sending` is on its way, `conflict` and `failed` wait for the person,
 * `sent` and `withdrawn` are over: they are found by their id for some days, but not listed.
 */
export const outboxStatus = z.enum(["queued", "sending", "conflict", "failed", "sent", "withdrawn"]);

const texts = z.object({ title: z.string().optional(), body: z.string().optional() });

/** An edit and what somebody else made of the same texts meanwhile; `base` is what both began from. */
export const outboxConflict = z.object({ mine: texts, theirs: texts, base: texts });

/** A write that was accepted and goes to the tracker as soon as that can be reached. */
export const outboxItem = z.object({
  ...base,
  tenantId: id,
  projectId: id,
  linkId: id,
  userId: id,
  /** Null for a new issue until it is sent. */
  issueId: id.nullable(),
  issueKey: z.string().nullable(),
  write: outboxWrite,
  status: outboxStatus,
  /** How often it was tried. */
  attempts: z.int().min(0),
  /** When it is tried again; null where that does not depend on a time. */
  nextAttemptAt: timestamp.nullable(),
  /** Why it was not sent yet. */
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  conflict: outboxConflict.nullable(),
  /** The person's earlier item for the same issue that has to be settled first. */
  waitsFor: id.nullable(),
});

export type OutboxWrite = z.infer<typeof outboxWrite>;
export type OutboxStatus = z.infer<typeof outboxStatus>;
export type OutboxConflict = z.infer<typeof outboxConflict>;
export type OutboxItem = z.infer<typeof outboxItem>;
export type IssueEdit = z.infer<typeof issueEdit>;
export type ListChange = z.infer<typeof listChange>;
