import assert from "node:assert/strict";
import { once } from "node:events";
import { createClient, type Client } from "../../../shared/contract/client.ts";
import { AppError } from "../../../shared/errors.ts";
import { waitFor } from "../../support/wait.ts";
import { makeHome, type Home, type Running } from "../cli/aiops.ts";
import type { Traffic } from "./proxy.ts";
import { commentsAt, emptied, issueOf, makePlace, queued, startTracker, type Tracker } from "./tracker-world.ts";

type Server = Running & { url: string; client: Client };

/** A server as a process of its own, which can be killed without a word. */
async function serve(home: Home): Promise<Server> {
  const running = await home.serve([], { AIOPS_LOG_LEVEL: "error" });
  const { out, err } = await home.run(["token"]);
  assert.notEqual(out, "", err);
  const token = out.trim();
  return { ...running, client: createClient({ url: running.url, token: () => Promise.resolve(token) }) };
}

async function kill({ child }: Server): Promise<void> {
  const gone = once(child, "close");
  child.kill("SIGKILL");
  await gone;
}

describe("writes and a server that is killed", function () {
  this.timeout(120_000);
  let tracker: Tracker;
  let home: Home;
  let server: Server;
  let projectId: string;
  let issueId: string;

  beforeEach(async () => {
    tracker = await startTracker();
    home = await makeHome();
    server = await serve(home);
    ({ projectId } = await makePlace(server.client, tracker));
    issueId = (await issueOf(server.client, projectId, "#2")).id;
  });
  afterEach(async () => {
    await home?.[Symbol.asyncDispose]();
    await tracker?.[Symbol.asyncDispose]();
  });

  const writes: Record<string, { send: () => Promise<unknown>; count: () => number }> = {
    comment: {
      send: () => server.client.issues.comment({ id: issueId, body: "Exactly once" }),
      count: () => commentsAt(tracker, 2).filter((body) => body === "Exactly once").length,
    },
    "new issue": {
      send: () => server.client.issues.create({ id: projectId, title: "Exactly once" }),
      count: () => [4, 5].filter((number) => tracker.store.issue(number)?.title === "Exactly once").length,
    },
    edit: {
      send: () => server.client.issues.update({ id: issueId, title: "Exactly once", body: "Mine\r\n" }),
      count: () => (tracker.store.issue(2)?.title === "Exactly once" ? 1 : 0),
    },
  };

  for (const [what, { send, count }] of Object.entries(writes)) {
    for (const traffic of ["writes-held", "answers-held"] satisfies Traffic[]) {
      it(`send a ${what} once where it was killed with ${traffic.replace("-", " ")}`, async () => {
        tracker.proxy.traffic = traffic;
        const unanswered = assert.rejects(send());
        await waitFor(() => tracker.proxy.held > 0, { what: "the write" });
        assert.equal(count(), traffic === "answers-held" ? 1 : 0);
        assert.equal((await server.client.outbox.list({})).items[0]?.status, "sending");
        await kill(server);
        await unanswered;
        tracker.proxy.traffic = "open";
        server = await serve(home);
        await emptied(server.client);
        assert.equal(count(), 1);
      });
    }
  }

  it("keeps and sends once whatever it had accepted, killed again and again", async () => {
    const bodies: string[] = [];
    const answers: Promise<string | undefined>[] = [];
    const comment = async (body: string) => {
      try {
        await server.client.issues.comment({ id: issueId, body });
        return body;
      } catch (error) {
        if (error instanceof AppError && error.code === "unavailable") return undefined;
        throw error;
      }
    };
    for (let round = 0; round < 4; round++) {
      for (const number of [1, 2, 3]) {
        bodies.push(`Round ${round}, number ${number}`);
        answers.push(comment(`Round ${round}, number ${number}`));
      }
      // Somewhere between the acceptance and the arrival of the round's last.
      const enough = bodies.length - 3 + (round % 3);
      await waitFor(
        async () =>
          commentsAt(tracker, 2).length >= enough &&
          (await server.client.outbox.list({})).total + enough >= bodies.length,
        { timeoutMs: 30_000, what: `${enough} comments` },
      );
      await kill(server);
      server = await serve(home);
    }
    await emptied(server.client, 90_000);
    const arrived = commentsAt(tracker, 2);
    assert.deepEqual(arrived.toSorted(), [...new Set(arrived)].sort(), "one was sent twice");
    for (const body of await Promise.all(answers)) {
      assert.ok(body === undefined || arrived.includes(body), `${body} was lost`);
    }
    // The three of a round are asked for at the same moment: which of them the server accepts first is open.
    const rounds = arrived.map((body) => body.split(",")[0] ?? "");
    assert.deepEqual(rounds, rounds.toSorted(), "the order changed");
  });

  it("keeps what waits for the tracker", async () => {
    await tracker.proxy.stop();
    queued(await server.client.issues.comment({ id: issueId, body: "waiting" }));
    await kill(server);
    server = await serve(home);
    assert.equal((await server.client.outbox.list({})).total, 1);
    await tracker.proxy.start();
    await emptied(server.client);
    assert.deepEqual(commentsAt(tracker, 2), ["waiting"]);
  });
});
