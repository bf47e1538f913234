import type { Client } from "../../shared/contract/client.ts";
import type { Project } from "../../shared/entities/project.ts";
import type { Tenant } from "../../shared/entities/tenant.ts";
import type { User } from "../../shared/entities/user.ts";
import { AppError } from "../../shared/errors.ts";
import type { CommandContext } from "./command-context.ts";
import { connect } from "./connect.ts";

/** Runs work with a client, which is closed whatever happens. */
export async function withClient(
  own: CommandContext,
  purpose: string,
  work: (client: Client, own: CommandContext) => Promise<void>,
): Promise<void> {
  const server = await connect(own, purpose);
  try {
    await work(server.client, own);
  } finally {
    await server.close();
  }
}

/** @throws AppError not_found, or conflict where several tenants have the slug */
export async function findProject(client: Client, slug: string): Promise<Project> {
  const { items } = await client.projects.list({ slug });
  const [found] = items;
  if (found === undefined) throw new AppError("not_found", `There is no project ${slug}.`);
  if (items.length > 1)
    throw new AppError("conflict", `Several tenants have a project ${slug}; use the API with its id.`);
  return found;
}

/** @throws AppError not_found */
export async function findTenant(client: Client, slug: string): Promise<Tenant> {
  const [found] = (await client.tenants.list({ slug })).items;
  if (found === undefined) throw new AppError("not_found", `There is no tenant ${slug}.`);
  return found;
}

/** @throws AppError not_found */
export async function findPerson(client: Client, email: string): Promise<User> {
  const [found] = (await client.users.list({ email })).items;
  if (found === undefined) throw new AppError("not_found", `There is no person ${email}.`);
  return found;
}
