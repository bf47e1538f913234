import type { Client } from "../../shared/contract/client.ts";
import { AppError } from "../../shared/errors.ts";
import type { Connection, ConnectionInput } from "../../shared/entities/connection.ts";
import type { Project, ProjectInput } from "../../shared/entities/project.ts";
import type { Tenant } from "../../shared/entities/tenant.ts";
import type { User } from "../../shared/entities/user.ts";
import type { Environment } from "../config/load.ts";
import type { SeedFile } from "./seed-file.ts";

export interface SeedReport {
  created: string[];
  changed: string[];
  unchanged: number;
}

/**
 * Brings the server to what the file says, through its API; repeating changes nothing. Nothing is ever deleted.
 */
export async function seed(client: Client, file: SeedFile, env: Environment): Promise<SeedReport> {
  const report: SeedReport = { created: [], changed: [], unchanged: 0 };
  const secrets = readSecrets(file, env);
  const tenants = new Map(
    (await everything((page) => client.tenants.list(page))).map((tenant) => [tenant.slug, tenant]),
  );
  const connections = new Map<string, Connection>();
  for (const existing of await everything((page) => client.connections.list(page)))
    connections.set(`${existing.tenantId}/${existing.name}`, existing);
  checkNames(file, tenants, connections);
  checkTaken(file, tenants, connections, await everything((page) => client.users.list(page)));
  for (const wanted of file.tenants) {
    tenants.set(wanted.slug, await applyTenant(client, tenants.get(wanted.slug), wanted, report));
  }
  const tenantId = (slug: string): string => known(tenants.get(slug), `the tenant ${slug}`).id;
  for (const entry of file.connections) {
    const { tenant, tokenEnv: _tokenEnv, webhookSecretEnv: _webhookSecretEnv, ...fields } = entry;
    const wanted = { ...fields, ...secrets.get(entry), tenantId: tenantId(tenant) };
    const key = `${wanted.tenantId}/${wanted.name}`;
    connections.set(key, await applyConnection(client, connections.get(key), wanted, report));
  }
  const connectionId = (tenant: string, name: string): string =>
    known(connections.get(`${tenantId(tenant)}/${name}`), `the connection ${name} of ${tenant}`).id;

  for (const { memberships, identities, ...wanted } of file.users) {
    const fields = {
      ...wanted,
      memberships: memberships.map(({ tenant, role }) => ({ tenantId: tenantId(tenant), role })),
      identities: identities.map(({ tenant, connection, login }) => ({
        connectionId: connectionId(tenant, connection),
        login,
      })),
    };
    const [existing] = (await client.users.list({ email: wanted.email })).items;
    if (existing === undefined) {
      await client.users.create(fields);
      report.created.push(`user ${wanted.email}`);
    } else if (differs(existing, fields)) {
      await client.users.update({ ...fields, id: existing.id });
      report.changed.push(`user ${wanted.email}`);
    } else report.unchanged += 1;
  }

  for (const { tenant, links, ...wanted } of file.projects) {
    const project = await applyProject(client, { ...wanted, tenantId: tenantId(tenant) }, report);
    for (const { connection, externalProject } of links) {
      const id = connectionId(tenant, connection);
      const present = project.links.some(
        (link) => link.connectionId === id && link.externalProject === externalProject,
      );
      if (present) report.unchanged += 1;
      else {
        await client.projects.addLink({ id: project.id, connectionId: id, externalProject });
        report.created.push(`link ${wanted.slug} → ${externalProject}`);
      }
    }
  }
  return report;
}

/** All names are looked up before anything is written, so that a wrong one leaves nothing half-done. */
function checkNames(
  file: SeedFile,
  tenants: ReadonlyMap<string, Tenant>,
  connections: ReadonlyMap<string, Connection>,
): void {
  const checkTenant = (slug: string) => {
    if (!file.tenants.some((tenant) => tenant.slug === slug)) known(tenants.get(slug), `the tenant ${slug}`);
  };
  const checkConnection = (tenant: string, name: string) => {
    checkTenant(tenant);
    if (file.connections.some((connection) => connection.tenant === tenant && connection.name === name)) return;
    known(connections.get(`${tenants.get(tenant)?.id ?? ""}/${name}`), `the connection ${name} of ${tenant}`);
  };
  for (const { tenant } of [...file.connections, ...file.projects]) checkTenant(tenant);
  for (const { memberships, identities } of file.users) {
    for (const { tenant } of memberships) checkTenant(tenant);
    for (const { tenant, connection } of identities) checkConnection(tenant, connection);
  }
  for (const { tenant, links } of file.projects) {
    for (const { connection } of links) checkConnection(tenant, connection);
  }
}

/** @throws AppError invalid_input where there is none */
function known<T>(found: T | undefined, what: string): T {
  if (found !== undefined) return found;
  throw new AppError("invalid_input", `The seed file names ${what}, which is neither in it nor on the server.`);
}

/** What the server would refuse halfway: another provider for a connection, a username somebody else has. */
function checkTaken(
  file: SeedFile,
  tenants: ReadonlyMap<string, Tenant>,
  connections: ReadonlyMap<string, Connection>,
  users: readonly User[],
): void {
  for (const { tenant, name, provider } of file.connections) {
    const present = connections.get(`${tenants.get(tenant)?.id ?? ""}/${name}`);
    if (present === undefined || present.provider === provider) continue;
    throw new AppError(
      "conflict",
      `The connection ${name} exists with the provider ${present.provider}; a connection's provider never changes.`,
    );
  }
  for (const { email, username } of file.users) {
    const holder = users.find((user) => user.username === username);
    if (holder === undefined || holder.email === email) continue;
    throw new AppError("conflict", `The username ${username} of ${email} is ${holder.email}'s on the server.`);
  }
}

type Secrets = Pick<ConnectionInput, "token" | "webhookSecret">;

/** All secrets are looked up before anything is written, so that a missing one leaves nothing half-done. */
function readSecrets(file: SeedFile, env: Environment): Map<SeedFile["connections"][number], Secrets> {
  const read = (variable: string, what: string): string => {
    const value = env[variable];
    if (value !== undefined && value !== "") return value;
    throw new AppError("invalid_input", `The ${what} is expected in ${variable}, which is not set.`);
  };
  return new Map(
    file.connections.map((entry) => {
      const { name, tokenEnv, webhookSecretEnv } = entry;
      const secrets: Secrets = {};
      if (tokenEnv !== undefined) secrets.token = read(tokenEnv, `token of connection ${name}`);
      if (webhookSecretEnv !== undefined) {
        secrets.webhookSecret = read(webhookSecretEnv, `webhook secret of connection ${name}`);
      }
      return [entry, secrets];
    }),
  );
}

/** Makes the tenant, or brings it to what is wanted; fields that are not named stay. */
export async function applyTenant(
  client: Client,
  existing: Tenant | undefined,
  wanted: SeedFile["tenants"][number],
  report: SeedReport,
): Promise<Tenant> {
  if (existing === undefined) {
    report.created.push(`tenant ${wanted.slug}`);
    return client.tenants.create(wanted);
  }
  if (!differs(existing, wanted)) {
    report.unchanged += 1;
    return existing;
  }
  report.changed.push(`tenant ${wanted.slug}`);
  return client.tenants.update({ ...wanted, id: existing.id });
}

async function applyConnection(
  client: Client,
  existing: Connection | undefined,
  wanted: Omit<SeedFile["connections"][number], "tenant" | "tokenEnv" | "webhookSecretEnv"> &
    Secrets & { tenantId: string },
  report: SeedReport,
): Promise<Connection> {
  if (existing === undefined) {
    const made = await client.connections.create(wanted);
    report.created.push(`connection ${wanted.name}`);
    return made;
  }
  // Whether the stored secrets are the same can't be read here: the server writes nothing where all is.
  const { tenantId: _tenantId, provider: _provider, ...changes } = wanted;
  const now = await client.connections.update({ ...changes, id: existing.id });
  if (now.version === existing.version) report.unchanged += 1;
  else report.changed.push(`connection ${wanted.name}`);
  return now;
}

/** Makes the project, or brings it to what is wanted; fields that are not named stay. */
export async function applyProject(
  client: Client,
  wanted: Pick<ProjectInput, "tenantId" | "slug" | "name"> & Partial<ProjectInput>,
  report: SeedReport,
): Promise<Project> {
  const [existing] = (await client.projects.list({ tenantId: wanted.tenantId, slug: wanted.slug })).items;
  if (existing === undefined) {
    report.created.push(`project ${wanted.slug}`);
    return client.projects.create(wanted);
  }
  if (!differs(existing, wanted)) {
    report.unchanged += 1;
    return existing;
  }
  report.changed.push(`project ${wanted.slug}`);
  const { tenantId: _tenantId, ...fields } = wanted;
  return client.projects.update({ ...fields, id: existing.id });
}

function differs(existing: object, wanted: object): boolean {
  const present: Record<string, unknown> = { ...existing };
  return Object.entries(wanted).some(
    ([name, value]) => value !== undefined && JSON.stringify(present[name]) !== JSON.stringify(value),
  );
}

/** Every page of a list. */
export async function everything<T>(
  list: (page: { limit: number; cursor?: string }) => Promise<{ items: T[]; nextCursor: string | null }>,
): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await list({ limit: 500, ...(cursor === undefined ? {} : { cursor }) });
    all.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return all;
}
