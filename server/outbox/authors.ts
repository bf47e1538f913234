import type { Project } from "../../shared/entities/project.ts";
import type { User } from "../../shared/entities/user.ts";
import { AppError } from "../../shared/errors.ts";
import { mayUse, projectRoleNeeded, roleReaches, seesTenant } from "../../shared/rules/permissions.ts";
import type { OutboxRecord } from "./records.ts";

export interface AuthorSources {
  users: { find(id: string): User | undefined };
  projects: { find(id: string): Project | undefined };
}

/**
 * Holds a queued write to what its person may do when it is sent, which may be days after it was written: it goes out with
 * the connection's account, which knows nothing of that.
 * @throws AppError forbidden for who was disabled, left the organisation, or lost the right to write
 */
export function requireAuthor({ users, projects }: AuthorSources, record: OutboxRecord): void {
  const user = users.find(record.userId);
  const role = projects.find(record.projectId)?.roles.find(({ userId }) => userId === record.userId)?.role;
  if (user?.status === "active" && mayUse(user.level, "issues.write")) {
    const tenantIds = user.memberships.map(({ tenantId }) => tenantId);
    const isKeptFromIt =
      user.level !== "admin" && role !== undefined && !roleReaches(role, projectRoleNeeded("issues.write", "write"));
    if (!isKeptFromIt && seesTenant({ level: user.level, tenantIds }, record.tenantId)) return;
  }
  throw new AppError(
    "forbidden",
    "It was not sent: whoever wrote it may not write here any more. Give them the right again and retry, or delete it.",
  );
}
