import * as z from "zod";
import type { Client } from "../../shared/contract/client.ts";
import { AppError } from "../../shared/errors.ts";
import { connectionInput, type Connection } from "../../shared/entities/connection.ts";
import { linkInput, projectInput, type Project } from "../../shared/entities/project.ts";
import { tenantInput, type Tenant } from "../../shared/entities/tenant.ts";
import { userInput } from "../../shared/entities/user.ts";
import type { Environment } from "../config/load.ts";

/** The seed file: the entities' own input schemas, with names where ids are not known yet. */
const seedFile = z.strictObject({
  tenants: z.array(tenantInput.partial({ color: true, description: true })).default([]),
  users: z
    .array(
      userInput.omit({ memberships: true, identities: true }).extend({
        memberships: z.array(z.object({ tenant: z.string(), role: z.enum(["member", "partner_admin"]) })).default([]),
        identities: z.array(z.object({ tenant: z.string(), connection: z.string(), login: z.string() })).default([]),
      }),
    )
    .default([]),
  connections: z
    .array(
      connectionInput.omit({ tenantId: true, token: true }).extend({
        tenant: z.string(),
        /** The environment variable that holds the token: a seed file is no place for one. */
        tokenEnv: z.string().optional(),
      }),
    )
    .default([]),
  projects: z
    .array(
      projectInput.omit({ tenantId: true, ownerId: true, sshKeyId: true, roles: true }).extend({
        tenant: z.string(),
        links: z.array(linkInput.omit({ connectionId: true }).extend({ connection: z.string() })).default([]),
      }),
    )
    .default([]),
});

type SeedFile = z.infer<typeof seedFile>;

export interface SeedReport {
  created: string[];
  changed: string[];
  unchanged: number;
}

/** @throws AppError invalid_input naming each wrong field */
export function parseSeed(text: string): SeedFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new AppError("invalid_input", "The seed file is not JSON.", { cause: error });
  }
  const parsed = seedFile.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
  throw new AppError(
    "invalid_input",
    `The seed file is wrong. ${errors.map(({ path, message }) => `${path}: ${message}`).join("; ")}`,
    { errors },
  );
}

/**
 * Brings the server to what the file says, through its API; repeating changes nothing. Nothing is ever deleted.
 */
export async function seed(client: Client, file: SeedFile, env: Environment): Promise<SeedReport> {
  const report: SeedReport = { created: [], changed: [], unchanged: 0 };
  const tokens = readTokens(file, env);
  const tenants = new Map(
    (await everything((page) => client.tenants.list(page))).map((tenant) => [tenant.slug, tenant]),
  );
  const connections = new Map<string, Connection>();
  for (const existing of await everything((page) => client.connections.list(page)))
    connections.set(`${existing.tenantId}/${existing.name}`, existing);
  checkNames(file, tenants, connections);
  for (const wanted of file.tenants) {
    tenants.set(wanted.slug, await applyTenant(client, tenants.get(wanted.slug), wanted, report));
  }
  const tenantId = (slug: string): string => known(tenants.get(slug), `the tenant ${slug}`).id;
  for (const { tenant, tokenEnv: _tokenEnv, ...wanted } of file.connections) {
    const home = tenantId(tenant);
    const key = `${home}/${wanted.name}`;
    const token = tokens.get(`${tenant}/${wanted.name}`);
    connections.set(
      key,
      await applyConnection(client, connections.get(key), { ...wanted, tenantId: home }, token, report),
    );
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

/** All tokens are looked up before anything is written, so that a missing one leaves nothing half-done. */
function readTokens(file: SeedFile, env: Environment): Map<string, string> {
  const tokens = new Map<string, string>();
  for (const { tenant, name, tokenEnv } of file.connections) {
    if (tokenEnv === undefined) continue;
    const token = env[tokenEnv];
    if (token === undefined || token === "")
      throw new AppError(
        "invalid_input",
        `The token of connection ${name} is expected in ${tokenEnv}, which is not set.`,
      );
    tokens.set(`${tenant}/${name}`, token);
  }
  return tokens;
}

async function applyTenant(
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
  wanted: Pick<Connection, "tenantId" | "name" | "provider" | "baseUrl" | "email">,
  token: string | undefined,
  report: SeedReport,
): Promise<Connection> {
  const withToken = token === undefined ? {} : { token };
  if (existing === undefined) {
    report.created.push(`connection ${wanted.name}`);
    return client.connections.create({ ...wanted, ...withToken });
  }
  if (existing.provider !== wanted.provider) {
    throw new AppError(
      "conflict",
      `The connection ${wanted.name} exists with the provider ${existing.provider}; a connection's provider never changes.`,
    );
  }
  // Whether the stored token is the same can't be read here: the server writes nothing where it is.
  const { baseUrl, email } = wanted;
  const now = await client.connections.update({ id: existing.id, baseUrl, email, ...withToken });
  if (now.version === existing.version) report.unchanged += 1;
  else report.changed.push(`connection ${wanted.name}`);
  return now;
}

async function applyProject(
  client: Client,
  wanted: Omit<z.infer<typeof projectInput>, "ownerId" | "sshKeyId" | "roles">,
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
