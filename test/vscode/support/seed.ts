import assert from "node:assert/strict";
import type { Aiops } from "../../../extension/aiops.ts";
import type { Project } from "../../../shared/entities/project.ts";
import { waitFor } from "../../support/wait.ts";
import { runJob } from "../../../extension/progress.ts";
import { token, tracker } from "./tracker.ts";

/** The project bernoulli with its issues and a repository that can be cloned; made where it is not there yet. */
export async function project(aiops: Aiops): Promise<Project> {
  const repositoryUrl = process.env["AIOPS_TEST_REPOSITORY"];
  assert.ok(repositoryUrl, "AIOPS_TEST_REPOSITORY is set by the fixture");
  const { request } = aiops.connection;
  const known = aiops.model.projects.all().find(({ slug }) => slug === "bernoulli");
  const made = known ?? (await create(aiops));
  if (made.repositoryUrl !== repositoryUrl) {
    await request((client) => client.projects.update({ id: made.id, repositoryUrl }));
  }
  return waitFor(() => aiops.model.projects.all().find((item) => item.repositoryUrl === repositoryUrl), {
    what: "the project with its repository",
  });
}

async function create(aiops: Aiops): Promise<Project> {
  const { request } = aiops.connection;
  const { url: baseUrl } = await tracker();
  const tenant = await request((client) => client.tenants.create({ slug: "personal", name: "Personal" }));
  const connection = await request((client) =>
    client.connections.create({ tenantId: tenant.id, provider: "github", name: "tracker", baseUrl, token }),
  );
  const made = await request((client) =>
    client.projects.create({ tenantId: tenant.id, slug: "bernoulli", name: "bernoulli" }),
  );
  await request((client) =>
    client.projects.addLink({ id: made.id, connectionId: connection.id, externalProject: "ada/bernoulli" }),
  );
  await runJob(
    aiops,
    (client) => client.projects.sync({ id: made.id }),
    () => undefined,
    new AbortController().signal,
  );
  return made;
}
