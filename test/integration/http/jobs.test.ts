import assert from "node:assert/strict";
import type { Client } from "../../../shared/contract/client.ts";
import type { Job } from "../../../shared/entities/job.ts";
import { waitFor } from "../../support/wait.ts";
import { EventReader } from "./stream.ts";
import { makeWorld, type World } from "./world.ts";

describe("jobs over HTTP", function () {
  this.timeout(60_000);
  let world: World;
  before(async () => {
    world = await makeWorld();
  });
  afterEach(() => world.github.faults.clear());
  after(async () => world?.close());

  function ended(client: Client, id: string): Promise<Pick<Job, "status" | "error" | "result">> {
    const over = async () => {
      const job = await client.jobs.get({ id });
      return job.status !== "queued" && job.status !== "running" && job;
    };
    return waitFor(over, { what: "the end of the job" });
  }

  const stall = () => world.github.faults.add({ fault: { kind: "stall" } });

  it("sync a project once for all who ask, each with a job of their own to follow", async () => {
    const { own, colleague } = world;
    const { id } = own.project;
    const heard = await EventReader.open(world.server.url, colleague.token);
    world.github.faults.add({ times: 1, fault: { kind: "secondary", retryAfterSeconds: 1 } });
    const before = world.github.requests;
    const first = await own.technician.client.projects.sync({ id });
    const again = await own.technician.client.projects.sync({ id });
    const second = await colleague.client.projects.sync({ id });
    assert.equal(again.jobId, first.jobId, "asking twice is asking once");
    assert.notEqual(second.jobId, first.jobId);
    const [one, two] = await Promise.all([
      ended(own.technician.client, first.jobId),
      ended(colleague.client, second.jobId),
    ]);
    assert.equal(two.status, one.status);
    assert.deepEqual(two.result, one.result);
    assert.ok(world.github.requests - before <= 4, "the tracker was read once");
    await heard.until(
      ({ type, id: job, text }) => type === "job.changed" && job === second.jobId && text.includes(one.status),
    );
    assert.ok(!heard.heard.some(({ id: job }) => job === first.jobId));
    heard.close();
  });

  it("cancel their own wait and not the other's work", async () => {
    const { own, colleague } = world;
    const { id } = own.project;
    stall();
    const first = await own.technician.client.projects.sync({ id });
    const second = await colleague.client.projects.sync({ id });
    const cancelled = await colleague.client.jobs.cancel({ id: second.jobId });
    assert.equal(cancelled.status, "cancelled");
    assert.equal((await own.technician.client.jobs.get({ id: first.jobId })).status, "running");

    const third = await colleague.client.projects.sync({ id });
    assert.equal((await own.technician.client.jobs.cancel({ id: first.jobId })).status, "cancelled");
    const { status, error } = await ended(colleague.client, third.jobId);
    assert.equal(status, "cancelled");
    assert.equal(error?.code, "cancelled");
  });

  it("are ended by a restart, said so, and can be repeated", async () => {
    const { own, server, github } = world;
    stall();
    const { jobId } = await server.client.projects.sync({ id: own.project.id });
    await server.restart();
    const { status, error } = await ended(server.client, jobId);
    assert.equal(status, "failed");
    assert.equal(error?.code, "server_restarted");
    github.faults.clear();
    const repeated = await server.client.projects.sync({ id: own.project.id });
    assert.equal((await ended(server.client, repeated.jobId)).status, "succeeded");
  });

  it("say in their own words what the tracker refused", async () => {
    const { own, server, github } = world;
    github.faults.add({ fault: { kind: "status", status: 401 } });
    const { jobId } = await server.client.projects.sync({ id: own.project.id });
    const { status, error } = await ended(server.client, jobId);
    assert.equal(status, "failed");
    assert.equal(error?.code, "provider_unauthorized");
    assert.ok(!JSON.stringify(error).includes(world.canary));
  });
});
