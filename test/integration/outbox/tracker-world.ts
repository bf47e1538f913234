import assert from "node:assert/strict";
import type { Client } from "../../../shared/contract/client.ts";
import type { Issue } from "../../../shared/entities/issue.ts";
import type { OutboxItem } from "../../../shared/entities/outbox.ts";
import { commentData, issueData, repositoryData } from "../../fixtures/github/samples.ts";
import { startGitHubServer, type GitHubServer } from "../../fixtures/github/server.ts";
import type { RepositoryStore } from "../../fixtures/github/store.ts";
import { startTestServer, type TestServer } from "../../support/server.ts";
import { waitFor } from "../../support/wait.ts";
import { finished } from "../http/world.ts";
import { startProxy, type Proxy } from "./proxy.ts";

export const token = "ghp_outbox";

/** A tracker behind a network that can fail. */
export interface Tracker extends AsyncDisposable {
  github: GitHubServer;
  proxy: Proxy;
  /** acme/widgets, as the tracker has it. */
  store: RepositoryStore;
}

export async function startTracker(): Promise<Tracker> {
  await using stack = new AsyncDisposableStack();
  const github = await startGitHubServer({
    repositories: [
      repositoryData([
        issueData({ number: 1, title: "First", body: "One", labels: ["bug"], comments: [commentData({ body: "+1" })] }),
        issueData({ number: 2, title: "Second", body: "Two" }),
        issueData({ number: 3, title: "Third", body: "Three" }),
      ]),
    ],
    tokens: { [token]: { login: "robot", scopes: ["repo"] } },
  });
  stack.defer(() => github.close());
  const proxy = stack.use(await startProxy(github.port));
  const ends = stack.move();
  return {
    github,
    proxy,
    store: github.repository("acme/widgets"),
    [Symbol.asyncDispose]: () => ends.disposeAsync(),
  };
}

/** A project linked to the tracker, synced. */
export interface Place {
  tenantId: string;
  projectId: string;
  connectionId: string;
}

/** @param baseUrl the tracker's address, where it is not the proxy's */
export async function makePlace(client: Client, { proxy }: Tracker, baseUrl = proxy.url): Promise<Place> {
  const { id: tenantId } = await client.tenants.create({ slug: "acme", name: "Acme" });
  const connection = await client.connections.create({
    tenantId,
    provider: "github",
    name: "GitHub",
    baseUrl,
    token,
  });
  const project = await client.projects.create({ tenantId, slug: "widgets", name: "Widgets", syncMinutes: 0 });
  await client.projects.addLink({ id: project.id, connectionId: connection.id, externalProject: "acme/widgets" });
  await sync(client, project.id);
  return { tenantId, projectId: project.id, connectionId: connection.id };
}

/** What every test of a `describe` has, made anew for each. */
export interface OutboxWorld {
  tracker: Tracker;
  server: TestServer;
  place: Place;
}

/** A tracker and a server with a project on it for each test of the surrounding `describe`. */
export function outboxWorld(): () => OutboxWorld {
  let world: (OutboxWorld & { end: () => Promise<void> }) | null = null;
  beforeEach(async () => {
    await using stack = new AsyncDisposableStack();
    const tracker = stack.use(await startTracker());
    const server = await startTestServer();
    stack.defer(() => server.close());
    const place = await makePlace(server.client, tracker);
    const ends = stack.move();
    world = { tracker, server, place, end: () => ends.disposeAsync() };
  });
  afterEach(async () => {
    await world?.end();
    world = null;
  });
  return () => {
    assert.ok(world, "the world is there while a test runs");
    return world;
  };
}

export async function sync(client: Client, id: string): Promise<void> {
  await finished(client, (await client.projects.sync({ id })).jobId);
}

export async function issueOf(client: Client, projectId: string, key: string): Promise<Issue> {
  const { items } = await client.issues.list({ projectId, limit: 500 });
  const found = items.find((issue) => issue.key === key);
  assert.ok(found, `${key} is not in the store`);
  return found;
}

/** Waits until nothing is left to be sent. */
export async function emptied(client: Client, timeoutMs = 30_000): Promise<void> {
  await waitFor(async () => (await client.outbox.list({})).total === 0, { timeoutMs, what: "an empty outbox" });
}

/** Waits until an item is in a state. */
export function reached(client: Client, id: string, status: OutboxItem["status"]): Promise<OutboxItem> {
  return waitFor(
    async () => {
      const item = await client.outbox.get({ id });
      return item.status === status && item;
    },
    { timeoutMs: 20_000, what: `the state ${status}` },
  );
}

/** The item of an answer that says "later". */
export function queued(answer: { status: number; body: unknown }): OutboxItem {
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  return (answer.body as { outbox: OutboxItem }).outbox;
}

/** What the tracker has as comments of an issue, in its order. */
export function commentsAt({ store }: Tracker, number: number): string[] {
  return store.commentsOf(number).map(({ body }) => body);
}
