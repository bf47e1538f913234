import type { Client } from "../../shared/contract/client.ts";
import type { SshKey } from "../../shared/entities/ssh-key.ts";
import type { User } from "../../shared/entities/user.ts";
import { AppError } from "../../shared/errors.ts";
import type { TenantIdentities } from "./identity-files.ts";
import { applyProject, applyTenant, everything, type SeedReport } from "./seed.ts";
import { findPerson } from "./with-client.ts";

/**
 * Imports tenants, their keys and their projects through the server's API, all owned by one person, who becomes a member
 * of each tenant. Repeating it changes nothing; nothing is ever deleted.
 * @throws AppError not_found where there is no such person, invalid_input for a key that is nowhere
 */
export async function seedIdentities(
  client: Client,
  tenants: readonly TenantIdentities[],
  ownerEmail: string,
): Promise<SeedReport> {
  const report: SeedReport = { created: [], changed: [], unchanged: 0 };
  const owner = await findPerson(client, ownerEmail);
  const present = new Map((await everything((page) => client.tenants.list(page))).map((each) => [each.slug, each]));
  const keys = await everything((page) => client.sshKeys.list(page));
  const keysOf = (tenantId: string | undefined) => keys.filter((key) => key.tenantId === tenantId);
  for (const identities of tenants) checkKeys(identities, keysOf(present.get(identities.slug)?.id));

  const tenantIds: string[] = [];
  for (const { slug, tenant, projects, keys: wanted } of tenants) {
    const existing = present.get(slug);
    const fields = { ...tenant, slug, name: tenant.name ?? existing?.name ?? slug };
    const { id: tenantId } = await applyTenant(client, existing, fields, report);
    tenantIds.push(tenantId);
    const known = new Map(keysOf(tenantId).map((key) => [key.name, key]));
    for (const key of wanted) known.set(key.name, await applyKey(client, tenantId, key, known.get(key.name), report));
    for (const { sshKey, ...project } of projects) {
      const sshKeyId = sshKey === undefined ? {} : { sshKeyId: known.get(sshKey)?.id ?? null };
      await applyProject(client, { ...project, ...sshKeyId, tenantId, ownerId: owner.id }, report);
    }
  }
  await joinTenants(client, owner, tenantIds, report);
  return report;
}

/** All names are looked up before anything is written, so that a wrong one leaves nothing half-done. */
function checkKeys({ slug, projects, keys }: TenantIdentities, present: readonly SshKey[]): void {
  const names = new Set([...keys, ...present].map(({ name }) => name));
  for (const { sshKey, slug: project } of projects) {
    if (sshKey === undefined || names.has(sshKey)) continue;
    const message = `The project ${slug}/${project} names the key ${sshKey}, which is neither in ${slug}/keys nor on the server.`;
    throw new AppError("invalid_input", message);
  }
}

async function applyKey(
  client: Client,
  tenantId: string,
  { name, privateKey }: TenantIdentities["keys"][number],
  existing: SshKey | undefined,
  report: SeedReport,
): Promise<SshKey> {
  if (existing === undefined) {
    report.created.push(`SSH key ${name}`);
    return client.sshKeys.create({ tenantId, name, privateKey });
  }
  // Whether it is the same can't be read here: the server writes nothing where it is.
  const now = await client.sshKeys.update({ id: existing.id, privateKey });
  if (now.version === existing.version) report.unchanged += 1;
  else report.changed.push(`SSH key ${name}`);
  return now;
}

async function joinTenants(
  client: Client,
  { id, email, memberships }: User,
  tenantIds: readonly string[],
  report: SeedReport,
): Promise<void> {
  const missing = tenantIds.filter((tenantId) => !memberships.some((each) => each.tenantId === tenantId));
  if (missing.length === 0) return;
  const joined = missing.map((tenantId) => ({ tenantId, role: "member" as const }));
  await client.users.update({ id, memberships: [...memberships, ...joined] });
  report.changed.push(`user ${email}`);
}
