import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { demoToken, startDemoProvider } from "./demo/provider.ts";
import { createDemoRepository } from "./demo/repository.ts";
import { demoProject, demoTenant, demoTokenEnv, seedDocument } from "./demo/seed.ts";
import { welcome } from "./demo/welcome.ts";

/** What the demo is made with. */
export interface DemoContext {
  /** A folder for the demo's own things; kept from start to start. */
  folder: string;
  /** The running server. */
  serverUrl: string;
  /** Runs the CLI against the running server and answers what it printed; rejects when it fails. */
  aiops: (args: string[], env?: Record<string, string>) => Promise<string>;
}

/** The demo, running. */
export interface Demo {
  /** The folder VS Code opens. */
  workspace: string;
  /** Lines to print beside the address. */
  notes: string[];
  /** Ends what the demo started. */
  stop(): Promise<void>;
}

const tenantList = z.object({ items: z.array(z.object({ slug: z.string() })) });
const me = z.object({
  user: z.object({
    email: z.string(),
    username: z.string(),
    name: z.string(),
    level: z.string(),
    linuxUser: z.string(),
  }),
});
const portFile = z.object({ port: z.number() });

/**
 * Offers something to look at where nothing is configured yet: a tenant with a project, its issues from a tracker of
 * our own on loopback, and a git repository. Where the server has other tenants only, nothing is added.
 */
export async function prepareDemo({ folder, aiops }: DemoContext): Promise<Demo> {
  const workspace = join(folder, "workspace");
  await mkdir(workspace, { recursive: true });
  const { items: tenants } = tenantList.parse(JSON.parse(await aiops(["request", "GET", "/api/tenants?limit=500"])));
  const again = tenants.some((tenant) => tenant.slug === demoTenant);
  if (tenants.length > 0 && !again) return { workspace, notes: [], stop: () => Promise.resolve() };

  const repository = join(folder, "aiops.git");
  await createDemoRepository(repository);
  const provider = await startDemoProvider(await lastPort(folder));
  try {
    await writeFile(portPath(folder), JSON.stringify({ port: provider.port }));
    // Later starts leave the person alone: they may have changed since.
    const user = again ? null : me.parse(JSON.parse(await aiops(["request", "GET", "/api/auth/me"]))).user;
    const seedFile = join(folder, "seed.json");
    await writeFile(seedFile, JSON.stringify(seedDocument({ providerUrl: provider.url, repository }, user), null, 2));
    await aiops(["seed", "--file", seedFile], { [demoTokenEnv]: demoToken });
    await aiops(["sync-issues", "--project", demoProject]);
    await writeFile(join(workspace, "WELCOME.md"), welcome);
  } catch (error) {
    await provider.close();
    throw error;
  }
  return {
    workspace,
    notes: [`  demo tracker: ${provider.url} (a GitHub-compatible server with invented issues)`],
    stop: () => provider.close(),
  };
}

function portPath(folder: string): string {
  return join(folder, "tracker.json");
}

/** The port of the last start, 0 where there was none. */
async function lastPort(folder: string): Promise<number> {
  try {
    return portFile.parse(JSON.parse(await readFile(portPath(folder), "utf8"))).port;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return 0;
    throw error;
  }
}
