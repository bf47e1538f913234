import * as z from "zod";
import { connectionInput, statusOverrides } from "../../shared/entities/connection.ts";
import { linkInput, projectInput } from "../../shared/entities/project.ts";
import { tenantInput } from "../../shared/entities/tenant.ts";
import { userInput } from "../../shared/entities/user.ts";
import { AppError } from "../../shared/errors.ts";
import { checkProject } from "../projects/check.ts";

/** A tenant's slug, a connection's name: ids are not known yet. */
const tenant = z.string();
const connection = z.string();

/** The entities' own input schemas, with names for ids; described for people in docs/seed.md. */
export const seedFile = z.strictObject({
  tenants: z.array(tenantInput.partial({ color: true, description: true }).strict()).default([]),
  users: z
    .array(
      userInput
        .omit({ memberships: true, identities: true })
        .extend({
          memberships: z.array(z.strictObject({ tenant, role: z.enum(["member", "partner_admin"]) })).default([]),
          identities: z.array(z.strictObject({ tenant, connection, login: z.string() })).default([]),
        })
        .strict(),
    )
    .default([]),
  connections: z
    .array(
      connectionInput
        .omit({ tenantId: true, token: true, webhookSecret: true })
        .extend({
          tenant,
          /** What is set by hand stays where the file says nothing. */
          statusOverrides: statusOverrides.optional(),
          /** The environment variables that hold the secrets: a seed file is no place for one. */
          tokenEnv: z.string().optional(),
          webhookSecretEnv: z.string().optional(),
        })
        .strict(),
    )
    .default([]),
  projects: z
    .array(
      projectInput
        .omit({ tenantId: true, ownerId: true, sshKeyId: true, roles: true })
        .extend({
          tenant,
          links: z.array(linkInput.omit({ connectionId: true }).extend({ connection }).strict()).default([]),
        })
        .strict(),
    )
    .default([]),
});

export type SeedFile = z.infer<typeof seedFile>;

/**
 * Reads a seed file and checks all that can be checked without the server.
 * @throws AppError invalid_input naming each wrong field; policy_unavailable
 */
export function parseSeed(text: string): SeedFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new AppError("invalid_input", "The seed file is not JSON.", { cause: error });
  }
  const parsed = seedFile.safeParse(value);
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
    const lines = errors.map(({ path, message }) => `${path}: ${message}`);
    throw new AppError("invalid_input", `The seed file is wrong. ${lines.join("; ")}`, { errors });
  }
  checkRepeats(parsed.data);
  checkProjects(parsed.data);
  return parsed.data;
}

/** Of two entries with one name the second would undo the first. */
function checkRepeats({ tenants, users, connections, projects }: SeedFile): void {
  const names = [
    ...tenants.map(({ slug }) => `the tenant ${slug}`),
    ...users.flatMap(({ email, username }) => [`the person ${email}`, `the username ${username}`]),
    ...connections.map((each) => `the connection ${each.name} of ${each.tenant}`),
    ...projects.map((each) => `the project ${each.slug} of ${each.tenant}`),
  ];
  const repeated = names.find((name, index) => names.indexOf(name) < index);
  if (repeated !== undefined) throw new AppError("invalid_input", `The seed file has ${repeated} twice.`);
}

/** Whether repositories in files are allowed is for the server to say. */
function checkProjects({ projects }: SeedFile): void {
  for (const [index, { slug, tenant: _tenant, links: _links, ...fields }] of projects.entries()) {
    try {
      checkProject(fields, { allowFile: true });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const message = `The seed file is wrong. projects.${index} (${slug}): ${error.message}`;
      throw new AppError(error.code, message, { cause: error });
    }
  }
}
