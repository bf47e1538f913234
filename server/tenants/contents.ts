import type { ConnectionService } from "../connections/service.ts";
import type { ProjectService } from "../projects/service.ts";
import type { UserService } from "../users/service.ts";

/** What a tenant holds, in words: it can't be removed before that is. */
export function tenantContents(sources: {
  projects: ProjectService;
  connections: ConnectionService;
  sshKeys: { list: (fits: (record: { tenantId: string }) => boolean) => readonly unknown[] };
  users: UserService;
}): (tenantId: string) => string[] {
  return (tenantId) => {
    const inTenant = (record: { tenantId: string }) => record.tenantId === tenantId;
    return [
      count(sources.projects.list(inTenant).length, "project"),
      count(sources.connections.list(inTenant).length, "connection"),
      count(sources.sshKeys.list(inTenant).length, "SSH key"),
      count(sources.users.list(({ memberships }) => memberships.some(inTenant)).length, "member"),
    ].flat();
  };
}

function count(number: number, noun: string): string[] {
  return number === 0 ? [] : [`${number} ${noun}${number === 1 ? "" : "s"}`];
}
