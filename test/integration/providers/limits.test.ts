import assert from "node:assert/strict";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Projects } from "@gitbeaker/rest";
import { getServerInfo } from "jira.js/cloud";
import * as z from "zod";
import { GitHubClient } from "../../../server/providers/github/client.ts";
import { GitLabClient } from "../../../server/providers/gitlab/client.ts";
import { JiraClient } from "../../../server/providers/jira/client.ts";
import type { ProviderConnection } from "../../../server/providers/provider.ts";
import { waitFor } from "../../support/wait.ts";

/** Asks for something, the answer of which does not matter. */
type Ask = (background: boolean, signal: AbortSignal) => Promise<unknown>;

const inHalfAMinute = () => Math.floor(Date.now() / 1000) + 30;
/** Few enough requests are left that they are kept for people. */
const few = { limit: "5000", remaining: "20" };

const clients: [
  name: "github" | "gitlab" | "jira",
  counted: () => Record<string, string>,
  ask: (connection: ProviderConnection) => Ask,
][] = [
  [
    "github",
    () => ({
      "x-ratelimit-limit": few.limit,
      "x-ratelimit-remaining": few.remaining,
      "x-ratelimit-reset": String(inHalfAMinute()),
    }),
    (connection) => {
      const client = new GitHubClient(connection);
      return (background, signal) => client.get("/", {}, z.unknown(), { subject: "it", background, signal });
    },
  ],
  [
    "gitlab",
    () => ({
      "ratelimit-limit": few.limit,
      "ratelimit-remaining": few.remaining,
      "ratelimit-reset": String(inHalfAMinute()),
    }),
    (connection) => {
      const client = new GitLabClient(connection);
      return (background, signal) =>
        client.call((api) => new Projects(api).show(1), z.unknown(), { subject: "it", background, signal });
    },
  ],
  [
    "jira",
    () => ({
      "x-ratelimit-limit": few.limit,
      "x-ratelimit-remaining": few.remaining,
      "x-ratelimit-reset": new Date(inHalfAMinute() * 1000).toISOString(),
    }),
    (connection) => {
      const client = new JiraClient(connection);
      return (background, signal) =>
        client.call((api) => getServerInfo(api), z.unknown(), { subject: "it", background, signal, version: 3 });
    },
  ],
];

for (const [name, counted, client] of clients) {
  describe(`a connection to ${name} with few requests left`, () => {
    let server: Server;
    let ask: Ask;
    let requests = 0;
    /** Answers that are kept back until they are asked for; null where each is given at once. */
    let held: ServerResponse[] | null = null;
    const give = (response: ServerResponse): unknown =>
      response.writeHead(200, { "content-type": "application/json", ...counted() }).end("{}");

    beforeEach(async () => {
      [requests, held] = [0, null];
      server = createServer((_request, response) => {
        requests += 1;
        if (held === null) give(response);
        else held.push(response);
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      ask = client({ id: baseUrl, provider: name, baseUrl, token: "token" });
    });
    afterEach(async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    });

    it("lets people ask while more of a sync waits than may be under way, and ends the waiting when cancelled", async () => {
      await ask(false, new AbortController().signal);
      const cancel = new AbortController();
      const waiting = Array.from({ length: 25 }, () => ask(true, cancel.signal));
      const outcomes = Promise.allSettled(waiting);
      const inTime = AbortSignal.timeout(5_000);
      await ask(false, inTime);
      await ask(false, inTime);
      assert.equal(requests, 3, "the sync has asked for nothing");
      cancel.abort();
      const late = new AbortController();
      const all = await Promise.race([outcomes, delay(5_000, null, { signal: late.signal })]);
      late.abort();
      assert.deepEqual(
        all?.map((outcome) => (outcome.status === "rejected" ? (outcome.reason as { code: string }).code : "answered")),
        waiting.map(() => "cancelled"),
      );
    });

    it("lets go what waits for a place when that is cancelled, and what it learns meanwhile holds back the rest", async () => {
      held = [];
      const { signal } = new AbortController();
      const underWay = Array.from({ length: 4 }, () => ask(true, signal));
      await waitFor(() => held?.length === 4, { what: "four requests under way" });
      const cancel = new AbortController();
      const queued = Array.from({ length: 8 }, () => ask(true, cancel.signal));
      const outcomes = Promise.allSettled(queued);
      const person = ask(false, AbortSignal.timeout(10_000));
      for (const response of held.splice(0)) give(response);
      await Promise.all(underWay);
      await waitFor(() => held?.length === 1, { what: "the person's request" });
      for (const response of held.splice(0)) give(response);
      await person;
      assert.equal(requests, 5, "the answers said that few are left: what waited for a place does not go out");
      cancel.abort();
      assert.ok((await outcomes).every(({ status }) => status === "rejected"));
    });
  });
}
