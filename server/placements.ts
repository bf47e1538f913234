import type { ProjectRole } from "../shared/rules/permissions.ts";
import type { Placements } from "./http/authorize.ts";

interface TenantOwned {
  tenantId: string;
}

interface PersonOwned extends TenantOwned {
  userId: string;
}

interface OfProject {
  projectId: string;
}

export interface PlacementSources {
  tenants: { find(id: string): { id: string } | undefined };
  users: { find(id: string): { memberships: readonly TenantOwned[] } | undefined };
  projects: {
    find(id: string): (TenantOwned & { roles: readonly { userId: string; role: ProjectRole }[] }) | undefined;
  };
  connections: { find(id: string): TenantOwned | undefined };
  sshKeys: { find(id: string): TenantOwned | undefined };
  sshHosts: { find(id: string): object | undefined };
  issues: { find(id: string): (TenantOwned & OfProject) | undefined };
  sessions: { find(id: string): (PersonOwned & OfProject) | undefined };
  jobs: { find(id: string): PersonOwned | undefined };
  outbox: { find(id: string): (PersonOwned & OfProject) | undefined };
  filters: { find(id: string): (TenantOwned & { ownerId: string; shared: boolean }) | undefined };
  authSessions: { get(id: string): { userId: string } | undefined };
  accessTokens: { find(id: string): { userId: string } | undefined };
}

/** Where each kind of entity belongs: the one place that tenant checks ask. */
export function createPlacements(sources: PlacementSources): Placements {
  const ofTenant = (source: { find(id: string): TenantOwned | undefined }) => (id: string) => {
    const found = source.find(id);
    return found === undefined ? undefined : { tenantIds: [found.tenantId] };
  };
  const ofPerson = (source: { find(id: string): PersonOwned | undefined }) => (id: string) => {
    const found = source.find(id);
    return found === undefined ? undefined : { tenantIds: [found.tenantId], ownerId: found.userId };
  };
  const rolesIn = (projectId: string) => sources.projects.find(projectId)?.roles ?? [];
  const ofProject = (source: { find(id: string): (TenantOwned & OfProject) | undefined }) => (id: string) => {
    const found = source.find(id);
    return found === undefined ? undefined : { tenantIds: [found.tenantId], roles: rolesIn(found.projectId) };
  };
  const ofPersonInProject = (source: { find(id: string): (PersonOwned & OfProject) | undefined }) => (id: string) => {
    const found = source.find(id);
    if (found === undefined) return undefined;
    return { tenantIds: [found.tenantId], ownerId: found.userId, roles: rolesIn(found.projectId) };
  };
  const ofPersonAlone = (found: { userId: string } | undefined) =>
    found === undefined ? undefined : { tenantIds: null, ownerId: found.userId };
  return {
    tenant: (id) => (sources.tenants.find(id) === undefined ? undefined : { tenantIds: [id] }),
    user: (id) => {
      const found = sources.users.find(id);
      return found === undefined ? undefined : { tenantIds: found.memberships.map(({ tenantId }) => tenantId) };
    },
    project: (id) => {
      const found = sources.projects.find(id);
      return found === undefined ? undefined : { tenantIds: [found.tenantId], roles: found.roles };
    },
    connection: ofTenant(sources.connections),
    sshKey: ofTenant(sources.sshKeys),
    sshHost: (id) => (sources.sshHosts.find(id) === undefined ? undefined : { tenantIds: null }),
    issue: ofProject(sources.issues),
    session: ofPersonInProject(sources.sessions),
    job: ofPerson(sources.jobs),
    outboxItem: ofPersonInProject(sources.outbox),
    filter: (id) => {
      const found = sources.filters.find(id);
      if (found === undefined) return undefined;
      return { tenantIds: [found.tenantId], ...(!found.shared && { ownerId: found.ownerId }) };
    },
    authSession: (id) => ofPersonAlone(sources.authSessions.get(id)),
    accessToken: (id) => ofPersonAlone(sources.accessTokens.find(id)),
  };
}
