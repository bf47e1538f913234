import type { Placements } from "./http/authorize.ts";

interface TenantOwned {
  tenantId: string;
}

interface PersonOwned extends TenantOwned {
  userId: string;
}

export interface PlacementSources {
  tenants: { find(id: string): { id: string } | undefined };
  users: { find(id: string): { memberships: readonly TenantOwned[] } | undefined };
  projects: { find(id: string): TenantOwned | undefined };
  connections: { find(id: string): TenantOwned | undefined };
  sshKeys: { find(id: string): TenantOwned | undefined };
  sshHosts: { find(id: string): object | undefined };
  issues: { find(id: string): TenantOwned | undefined };
  sessions: { find(id: string): PersonOwned | undefined };
  jobs: { find(id: string): PersonOwned | undefined };
  outbox: { find(id: string): PersonOwned | undefined };
  filters: { find(id: string): (TenantOwned & { ownerId: string; shared: boolean }) | undefined };
  authSessions: { get(id: string): { userId: string } | undefined };
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
  return {
    tenant: (id) => (sources.tenants.find(id) === undefined ? undefined : { tenantIds: [id] }),
    user: (id) => {
      const found = sources.users.find(id);
      return found === undefined ? undefined : { tenantIds: found.memberships.map(({ tenantId }) => tenantId) };
    },
    project: ofTenant(sources.projects),
    connection: ofTenant(sources.connections),
    sshKey: ofTenant(sources.sshKeys),
    sshHost: (id) => (sources.sshHosts.find(id) === undefined ? undefined : { tenantIds: null }),
    issue: ofTenant(sources.issues),
    session: ofPerson(sources.sessions),
    job: ofPerson(sources.jobs),
    outboxItem: ofPerson(sources.outbox),
    filter: (id) => {
      const found = sources.filters.find(id);
      if (found === undefined) return undefined;
      return { tenantIds: [found.tenantId], ...(!found.shared && { ownerId: found.ownerId }) };
    },
    authSession: (id) => {
      const found = sources.authSessions.get(id);
      return found === undefined ? undefined : { tenantIds: null, ownerId: found.userId };
    },
  };
}
