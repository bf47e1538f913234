import { constants } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type * as z from "zod";
import { name, slug } from "../../shared/entities/common.ts";
import { projectPatch } from "../../shared/entities/project.ts";
import { tenantPatch } from "../../shared/entities/tenant.ts";
import { AppError } from "../../shared/errors.ts";
import { checkProject } from "../projects/check.ts";

// Of what changes an entity, and not of what makes one: a field that is left out stays as it is.
const tenantFile = tenantPatch.omit({ slug: true }).strict();
const projectFile = projectPatch
  .pick({ name: true, repositoryUrl: true, defaultBranch: true, protectedBranches: true, syncMinutes: true })
  .required({ name: true, repositoryUrl: true })
  .extend({
    /** The name of one of the tenant's keys, in the folder or on the server. */
    sshKey: name.optional(),
  })
  .strict();

export interface TenantIdentities {
  slug: string;
  tenant: z.infer<typeof tenantFile>;
  projects: (z.infer<typeof projectFile> & { slug: string })[];
  keys: { name: string; privateKey: string }[];
}

/** Bytes of one file; the largest RSA keys have some 13,000. */
const maxBytes = 64 * 1024;

/**
 * Reads a directory of identities, described for people in docs/seed.md, and checks all that can be checked without
 * the server.
 * @throws AppError invalid_input naming the file; unsafe_path for a key that others can read
 */
export async function readIdentities(directory: string): Promise<TenantIdentities[]> {
  const folders = await entries(directory, "folder");
  if (folders === null || folders.length === 0) {
    throw new AppError("invalid_input", `${directory} holds no tenants: one folder for each is expected there.`);
  }
  return Promise.all(folders.map((folder) => readTenant(join(directory, folder), checked(slug, folder, folder))));
}

async function readTenant(directory: string, slugOfTenant: string): Promise<TenantIdentities> {
  const described = (await entries(directory, "file"))?.includes("tenant.json") === true;
  const tenant = described ? await readJson(join(directory, "tenant.json"), tenantFile) : {};
  const projectNames = ((await entries(join(directory, "projects"), "file")) ?? []).filter((file) =>
    file.endsWith(".json"),
  );
  const projects = await Promise.all(
    projectNames.map(async (file) => {
      const path = join(directory, "projects", file);
      const fields = await readJson(path, projectFile);
      about(path, () => checkProject(fields, { allowFile: true }));
      return { ...fields, slug: checked(slug, file.slice(0, -".json".length), path) };
    }),
  );
  const keyNames = ((await entries(join(directory, "keys"), "file")) ?? []).filter((file) => !file.endsWith(".pub"));
  const keys = await Promise.all(
    keyNames.map(async (file) => {
      const path = join(directory, "keys", file);
      return { name: checked(name, file, path), privateKey: await readKeyFile(path) };
    }),
  );
  return { slug: slugOfTenant, tenant, projects, keys };
}

/**
 * A private key's text. As `ssh` does, it refuses one that others can read: it may have been read already.
 * @param from what a relative path is relative to
 * @throws AppError invalid_input, unsafe_path
 */
export async function readKeyFile(path: string, from = "/"): Promise<string> {
  const { text, mode } = await readText(resolve(from, path));
  if ((mode & 0o077) === 0) return text;
  throw new AppError("unsafe_path", `Others can read the private key ${path}. Run: chmod 600 '${path}'`);
}

async function readJson<T extends z.ZodType>(path: string, schema: T): Promise<z.infer<T>> {
  const { text } = await readText(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new AppError("invalid_input", `${path} is not JSON.`, { cause: error });
  }
  return checked(schema, value, path);
}

function checked<T extends z.ZodType>(schema: T, value: unknown, path: string): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => [issue.path.join("."), issue.message].filter(Boolean).join(": "));
  throw new AppError("invalid_input", `${path} is wrong. ${lines.join("; ")}`);
}

function about(path: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, `${path} is wrong. ${error.message}`, { cause: error });
  }
}

async function readText(path: string): Promise<{ text: string; mode: number }> {
  await using file = await named(path, () => open(path, constants.O_RDONLY | constants.O_NONBLOCK));
  const stats = await file.stat();
  if (!stats.isFile() || stats.size > maxBytes) {
    throw new AppError("invalid_input", `${path} is not a file of at most ${maxBytes} bytes.`);
  }
  return { text: await file.readFile("utf8"), mode: stats.mode };
}

/** Names in a folder, sorted, without hidden ones; null where there is no such folder. */
async function entries(directory: string, kind: "file" | "folder"): Promise<string[] | null> {
  try {
    const all = await readdir(directory, { withFileTypes: true });
    const fitting = all.filter((entry) => (kind === "file" ? entry.isFile() : entry.isDirectory()));
    return fitting
      .map((entry) => entry.name)
      .filter((each) => !each.startsWith("."))
      .sort();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw new AppError("invalid_input", `${directory} cannot be read.`, { cause: error });
  }
}

async function named<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new AppError("invalid_input", `${path} cannot be read.`, { cause: error });
  }
}
