import * as vscode from "vscode";
import type { Aiops } from "../aiops.ts";
import { readAll } from "../model/read-all.ts";
import { runJob, withProgress, type Outcome, type Report } from "../progress.ts";
import type { Connection as ProviderConnection } from "../../shared/entities/connection.ts";
import type { Project } from "../../shared/entities/project.ts";
import { AppError } from "../../shared/errors.ts";
import { askStep } from "./ask-steps.ts";
import { parseGitHubRepository, slugOf, type GitHubRepository } from "./github-repository.ts";

/** What a person says to add a project. */
export interface NewProject {
  repository: string;
  /** The API root; empty for github.com. */
  apiRoot: string;
  /** Empty for none: public repositories can be read without, slowly. */
  token: string;
}

/** Connects a GitHub repository: asks for address and token, tries them, and fetches its issues. */
export async function addProject(aiops: Aiops, target: unknown): Promise<Outcome<Project>> {
  await aiops.connection.whenConnected();
  const wanted = isNewProject(target) ? target : await ask({ repository: "", apiRoot: "", token: "" });
  if (wanted === undefined) return { kind: "cancelled" };
  const repository = parseGitHubRepository(wanted.repository);
  if (repository === undefined) throw new AppError("invalid_input", refuseRepository(wanted.repository) ?? "");
  return withProgress(vscode.l10n.t("Adding {0}/{1}", repository.owner, repository.name), async (report, signal) => {
    const project = await create(aiops, repository, wanted, report);
    await runJob(aiops, (client) => client.projects.sync({ id: project.id }), report, signal);
    return project;
  });
}

function isNewProject(target: unknown): target is NewProject {
  return (
    typeof target === "object" && target !== null && "repository" in target && "apiRoot" in target && "token" in target
  );
}

async function ask(values: NewProject): Promise<NewProject | undefined> {
  const title = vscode.l10n.t("Add GitHub Project");
  let step = 1;
  for (;;) {
    const answer = await askStep({ title, step, totalSteps: 3 }, questionOf(step, values));
    if (answer.kind === "cancelled") return undefined;
    if (answer.kind === "back") {
      step -= 1;
      continue;
    }
    const text = answer.text.trim();
    if (step === 1) {
      values.apiRoot = parseGitHubRepository(text)?.apiRoot ?? "";
      values.repository = text;
    } else if (step === 2) values.apiRoot = text;
    else {
      values.token = text;
      return values;
    }
    step += 1;
  }
}

function questionOf(step: number, values: NewProject): Parameters<typeof askStep>[1] {
  switch (step) {
    case 1:
      return {
        prompt: vscode.l10n.t("The repository whose issues you work on"),
        placeholder: "https://github.com/owner/repository",
        value: values.repository,
        refuse: refuseRepository,
      };
    case 2:
      return {
        prompt: vscode.l10n.t(
          "The address of GitHub's API. Leave empty for github.com; a GitHub Enterprise Server has /api/v3",
        ),
        placeholder: "https://github.example.org/api/v3",
        value: values.apiRoot,
        refuse: (text) =>
          text.trim() === "" || (URL.canParse(text.trim()) && /^https?:$/.test(new URL(text.trim()).protocol))
            ? undefined
            : vscode.l10n.t("An address begins with https://"),
      };
    default:
      return {
        prompt: vscode.l10n.t(
          "A token with read access to issues and contents (github.com → Settings → Developer settings). Stored encrypted on the server. Leave empty for a public repository",
        ),
        value: values.token,
        password: true,
      };
  }
}

function refuseRepository(text: string): string | undefined {
  return parseGitHubRepository(text) === undefined
    ? vscode.l10n.t("Give the address of a repository, as https://github.com/owner/repository")
    : undefined;
}

/** Makes connection, project and link; where one of them fails, what was made before is taken back. */
async function create(
  aiops: Aiops,
  repository: GitHubRepository,
  wanted: NewProject,
  report: (report: Report) => void,
): Promise<Project> {
  const { request } = aiops.connection;
  const undo: (() => Promise<unknown>)[] = [];
  try {
    report({ step: vscode.l10n.t("Connecting to GitHub") });
    const tenantId = await tenantFor(aiops);
    const connection = await connectionFor(aiops, tenantId, wanted, undo);
    report({ step: vscode.l10n.t("Creating the project") });
    const project = await createProject(aiops, tenantId, repository);
    undo.push(() => request((client) => client.projects.remove({ id: project.id })));
    await request((client) =>
      client.projects.addLink({
        id: project.id,
        connectionId: connection.id,
        externalProject: `${repository.owner}/${repository.name}`,
      }),
    );
    return project;
  } catch (error) {
    for (const step of undo.toReversed()) await step();
    throw error;
  }
}

async function tenantFor(aiops: Aiops): Promise<string> {
  const tenants = aiops.model.tenants.all();
  const [first] = tenants;
  if (first === undefined) {
    const made = await aiops.connection.request((client) =>
      client.tenants.create({ slug: "personal", name: "Personal" }),
    );
    return made.id;
  }
  if (tenants.length === 1) return first.id;
  const chosen = await vscode.window.showQuickPick(
    tenants.map(({ id, name, slug }) => ({ label: name, description: slug, id })),
    { placeHolder: vscode.l10n.t("Which tenant does the project belong to?") },
  );
  if (chosen === undefined) throw new AppError("cancelled", vscode.l10n.t("Cancelled."));
  return chosen.id;
}

/** A connection to the same server that can do the work is used again. */
async function connectionFor(
  aiops: Aiops,
  tenantId: string,
  { apiRoot, token }: NewProject,
  undo: (() => Promise<unknown>)[],
): Promise<ProviderConnection> {
  const { request } = aiops.connection;
  const known = await request((client) => readAll((page) => client.connections.list({ ...page, tenantId })));
  const same = known.find(({ provider, baseUrl }) => provider === "github" && baseUrl === apiRoot);
  if (same !== undefined && (token === "" || !same.hasToken)) {
    if (token !== "") await request((client) => client.connections.update({ id: same.id, token }));
    return same;
  }
  const host = apiRoot === "" ? "github.com" : new URL(apiRoot).host;
  const taken = new Set(known.map(({ name }) => name));
  const name = firstFree(host, (candidate) => taken.has(candidate));
  const made = await request((client) =>
    client.connections.create({
      tenantId,
      provider: "github",
      name,
      baseUrl: apiRoot,
      ...(token === "" ? {} : { token }),
    }),
  );
  undo.push(() => request((client) => client.connections.remove({ id: made.id })));
  const status = await request((client) => client.connections.test({ id: made.id }));
  if (status.ok === false)
    throw new AppError("provider_failed", vscode.l10n.t("GitHub could not be reached with this. {0}", status.message));
  return made;
}

async function createProject(aiops: Aiops, tenantId: string, repository: GitHubRepository): Promise<Project> {
  const slugs = new Set(
    aiops.model.projects
      .all()
      .filter((project) => project.tenantId === tenantId)
      .map(({ slug }) => slug),
  );
  const slug = firstFree(slugOf(repository.name), (candidate) => slugs.has(candidate));
  return aiops.connection.request((client) =>
    client.projects.create({ tenantId, slug, name: repository.name, repositoryUrl: repository.cloneUrl }),
  );
}

function firstFree(wanted: string, isTaken: (candidate: string) => boolean): string {
  let candidate = wanted;
  for (let number = 2; isTaken(candidate); number += 1) candidate = `${wanted}-${number}`;
  return candidate;
}
