import type { IssueStatus } from "../../shared/entities/issue.ts";
import { atMost } from "../storage/database.ts";
import type { IssueOrigin } from "./records.ts";

/** What has to be known of a stored issue to tell whether a fetched one is news. */
export interface Known {
  row_id: number;
  id: string;
  digest: string;
  status: IssueStatus;
  updated_at: string;
  synced_at: string;
  gone: 0 | 1;
  search_id: number;
}

/** Whether what was fetched is to be stored over what is known. */
export function isNews(
  known: Known,
  digest: string,
  status: IssueStatus,
  updatedAt: string,
  { startedAt }: IssueOrigin,
): boolean {
  if (known.digest === digest && known.status === status && known.gone === 0) return false;
  // A write of ours, or a webhook, may have stored a newer one while this one was on its way.
  const overtaken = startedAt !== undefined && known.synced_at >= startedAt && known.updated_at > updatedAt;
  return !overtaken;
}

export interface RestatedRow {
  row_id: number;
  id: string;
  external_id: string;
  status: IssueStatus;
  raw_status: string;
  category: IssueStatus | null;
  search_id: number;
}

export const restatedRows = `SELECT row_id, id, external_id, status, raw_status, category, search_id FROM issues
  WHERE link_id = :linkId AND external_id > :after ORDER BY external_id LIMIT ${atMost}`;

export const insertIssue = `INSERT INTO issues (
  id, tenant_id, project_id, link_id, provider, key, external_id, title, title_key, body, status, raw_status, labels,
  assignees, author, milestone, url, comment_count, created_at, updated_at, closed_at, synced_at, version, digest,
  seen_sync, search_id, category
) VALUES (
  :id, :tenantId, :projectId, :linkId, :provider, :key, :externalId, :title, :titleKey, :body, :status, :rawStatus,
  :labels, :assignees, :author, :milestone, :url, :commentCount, :createdAt, :updatedAt, :closedAt, :syncedAt, 1,
  :digest, :syncId, :searchId, :category
) RETURNING row_id`;

export const updateIssue = `UPDATE issues SET
  key = :key, title = :title, title_key = :titleKey, body = :body, status = :status, raw_status = :rawStatus,
  labels = :labels, assignees = :assignees, author = :author, milestone = :milestone, url = :url,
  comment_count = :commentCount, created_at = :createdAt, updated_at = :updatedAt, closed_at = :closedAt,
  synced_at = :syncedAt, version = version + 1, digest = :digest, seen_sync = :syncId, search_id = :searchId,
  category = :category, gone = 0
  WHERE row_id = :rowId`;
