import type { Client } from "../../shared/contract/client.ts";
import type { Connection } from "../../shared/entities/connection.ts";
import { provider as providerName } from "../../shared/entities/connection.ts";
import type { Project } from "../../shared/entities/project.ts";
import { AppError } from "../../shared/errors.ts";
import { slugify } from "../../shared/rules/names.ts";
import type { CommandContext } from "./command-context.ts";
import { followJob } from "./follow-job.ts";
import { plain } from "./output.ts";
import { parseSeed } from "./seed-file.ts";
import { seed } from "./seed.ts";

type Asking = Pick<CommandContext, "ask" | "output">;
type Provider = Connection["provider"];

const trackers: Record<Provider, { name: string; place: string; example: string; token: string }> = {
  github: {
    name: "GitHub",
    place: "https://github.com",
    example: "owner/repository",
    token: "https://github.com/settings/personal-access-tokens (Issues: read and write)",
  },
  gitlab: {
    name: "GitLab",
    place: "https://gitlab.com",
    example: "group/project",
    token: "https://gitlab.com/-/user_settings/personal_access_tokens (scope api)",
  },
  jira: {
    name: "Jira",
    place: "",
    example: "PROJ",
    token: "https://id.atlassian.com/manage-profile/security/api-tokens",
  },
};

/** How often a token may be entered before it is given up. */
const tries = 3;
/** Holds the token between the question and the seed; never a real variable of the environment. */
const tokenVariable = "SETUP_TOKEN";

/**
 * Leads through the first configuration: an organisation, a tracker with a token that works, a project, its issues.
 * What is there already is used; ended in the middle and begun again, it goes on.
 * @throws AppError where an answer can't be used, or the token does not work after three tries
 */
export async function guide(client: Client, own: Asking): Promise<void> {
  const { output } = own;
  output.out(
    "This sets up an organisation, a tracker and a project. An empty answer takes what stands in brackets.\n\n",
  );
  const tenant = await askTenant(client, own);
  const provider = await askProvider(own);
  if (provider === undefined) {
    await seed(client, parseSeed(JSON.stringify({ tenants: [tenant] })), {});
    output.out(`${tenant.name} is there. Add a tracker in VS Code (aiops: Settings), or with: aiops setup\n`);
    return;
  }
  const connection = await askConnection(client, own, tenant, provider);
  const project = await askProject(client, own, tenant, connection);
  const { jobId } = await client.projects.sync({ id: project.id });
  await followJob(client, jobId, project.name, output);
  const { total } = await client.issues.list({ projectId: project.id, status: "open", limit: 1 });
  output.out(`\n${project.name} has ${total} open issues. See them in VS Code, or with: aiops issues list\n`);
}

interface Named {
  slug: string;
  name: string;
}

async function askTenant(client: Client, own: Asking): Promise<Named> {
  const { items } = await client.tenants.list({ limit: 500 });
  const [first] = items;
  const proposed = first?.name ?? "My organisation";
  const name = await ask(own, "Name of the organisation", proposed);
  const present = items.find((tenant) => tenant.name === name || tenant.slug === slugify(name));
  return { slug: present?.slug ?? slugify(name), name: present?.name ?? name };
}

async function askProvider(own: Asking): Promise<Provider | undefined> {
  const answer = (await ask(own, "Tracker: github, gitlab, jira or none", "github")).toLowerCase();
  if (answer === "none") return undefined;
  const parsed = providerName.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new AppError(
    "invalid_input",
    `"${plain(answer)}" is none of github, gitlab, jira and none. Begin again: aiops setup`,
  );
}

interface Reached extends Named {
  provider: Provider;
  baseUrl: string;
}

async function askConnection(client: Client, own: Asking, tenant: Named, provider: Provider): Promise<Reached> {
  const { name, place, token: where } = trackers[provider];
  const baseUrl = await ask(own, `Address of ${name}${place === "" ? "" : ` (empty: ${place})`}`, "");
  const email = provider === "jira" ? await ask(own, "E-mail of the account (empty for Data Center)", "") : "";
  own.output.out(`A token is made at ${where}. What is typed is not shown.\n`);
  for (let left = tries; left > 0; left -= 1) {
    const token = (await own.ask("Token: ", { secret: true })).trim();
    const file = {
      tenants: [tenant],
      connections: [{ tenant: tenant.slug, name, provider, baseUrl, email, tokenEnv: tokenVariable }],
    };
    await seed(client, parseSeed(JSON.stringify(file)), { [tokenVariable]: token });
    const connection = await findConnection(client, tenant, name);
    const status = await client.connections.test({ id: connection.id });
    if (status.ok === true) {
      own.output.out(`${name} answers${status.account === "" ? "" : ` to ${plain(status.account)}`}.\n`);
      return { slug: connection.id, name, provider, baseUrl };
    }
    own.output.err(`${plain(status.message)}\n`);
  }
  throw new AppError(
    "provider_unauthorized",
    `No token worked. ${name} is stored with the last one; begin again with another: aiops setup`,
  );
}

async function findConnection(client: Client, tenant: Named, name: string): Promise<Connection> {
  const tenants = await client.tenants.list({ limit: 500 });
  const id = tenants.items.find(({ slug }) => slug === tenant.slug)?.id;
  const { items } = await client.connections.list({ limit: 500 });
  const found = items.find((connection) => connection.tenantId === id && connection.name === name);
  if (found === undefined) throw new AppError("not_found", `There is no connection ${name}.`);
  return found;
}

async function askProject(client: Client, own: Asking, tenant: Named, connection: Reached): Promise<Project> {
  const { example } = trackers[connection.provider];
  const externalProject = await ask(own, `Project there, as ${example}`, "");
  if (externalProject === "") throw new AppError("invalid_input", "A project is needed. Begin again: aiops setup");
  const name = await ask(own, "Its name here", externalProject.split("/").at(-1) ?? externalProject);
  const repositoryUrl = await ask(
    own,
    "Repository to clone (empty for none)",
    repositoryOf(connection, externalProject),
  );
  const slug = slugify(name);
  const link = { connection: connection.name, externalProject };
  const file = {
    tenants: [tenant],
    projects: [{ tenant: tenant.slug, slug, name, repositoryUrl, links: [link] }],
  };
  await seed(client, parseSeed(JSON.stringify(file)), {});
  const tenants = await client.tenants.list({ limit: 500 });
  const tenantId = tenants.items.find((one) => one.slug === tenant.slug)?.id;
  const project = (await client.projects.list({ slug })).items.find((one) => one.tenantId === tenantId);
  if (project === undefined) throw new AppError("not_found", `There is no project ${slug}.`);
  return project;
}

/** Where the tracker keeps the repository too; empty where that is not known. */
function repositoryOf({ provider, baseUrl }: Reached, externalProject: string): string {
  const { place } = trackers[provider];
  return baseUrl === "" && place !== "" ? `${place}/${externalProject}.git` : "";
}

async function ask({ ask: question }: Asking, what: string, proposed: string): Promise<string> {
  const answer = (await question(proposed === "" ? `${what}: ` : `${what} [${plain(proposed)}]: `)).trim();
  return answer === "" ? proposed : answer;
}
