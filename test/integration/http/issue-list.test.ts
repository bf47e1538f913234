import assert from "node:assert/strict";
import { contract } from "../../../shared/contract/index.ts";
import type { IssueWithComments } from "../../../shared/entities/issue.ts";
import { ask, field, type Answer } from "./request.ts";
import { makeWorld, type World } from "./world.ts";

const { outputSchema } = contract.issues.list["~orpc"];

describe("the list of issues over HTTP", function () {
  this.timeout(60_000);
  let world: World;
  before(async () => {
    world = await makeWorld();
  });
  after(async () => world?.close());

  const list = (query: string, token = world.server.token): Promise<Answer> =>
    ask(world.server.url, `/api/issues${query}`, { token });

  /** The answer of another operation, which the contract's library makes. */
  const another = (): Promise<Answer> =>
    ask(world.server.url, `/api/issues/${world.own.issueId}`, { token: world.server.token });

  it("is what the contract says of it, and each issue what it is by itself", async () => {
    const answer = await list(`?projectId=${world.own.project.id}&sort=title&order=asc`);
    assert.equal(answer.status, 200);
    const page = outputSchema?.parse(answer.body);
    assert.equal(answer.text, JSON.stringify(page), "nothing but what the contract names, in its order");
    assert.equal(page?.items.length, 3);
    const { body } = await another();
    const {
      comments: _comments,
      abilities: _abilities,
      pending: _pending,
      ...issue
    } = body as IssueWithComments & {
      abilities: unknown;
      pending: unknown;
    };
    assert.deepEqual(page?.items[0], issue);
    assert.deepEqual(
      await world.server.client.issues.list({ projectId: world.own.project.id, sort: "title", order: "asc" }),
      page,
    );
  });

  it("has the headers of every answer", async () => {
    const [listed, other] = [await list(""), await another()];
    const varying = new Set(["content-length", "transfer-encoding", "date", "x-request-id", "ratelimit"]);
    const steady = ({ headers }: Answer) =>
      Object.fromEntries(Object.entries(headers).filter(([name]) => !varying.has(name)));
    assert.deepEqual(steady(listed), steady(other));
    assert.equal(listed.headers["content-type"], "application/json");
    assert.equal(listed.headers["content-length"], String(Buffer.byteLength(listed.text)));
    assert.match(String(listed.headers["x-request-id"]), /^[0-9a-f]{16}$/);
    assert.ok(listed.headers["ratelimit"], "it is counted as every request");
  });

  it("shows everybody their own organisation's, also after an administrator asked for all", async () => {
    const tenantsOf = (answer: Answer) =>
      new Set((field(answer.body, "items") as { tenantId: string }[]).map(({ tenantId }) => tenantId));
    for (let round = 0; round < 2; round++) {
      assert.deepEqual(tenantsOf(await list("")), new Set([world.own.tenantId, world.foreign.tenantId]));
      assert.deepEqual(tenantsOf(await list("", world.own.technician.token)), new Set([world.own.tenantId]));
      assert.deepEqual(tenantsOf(await list("", world.foreign.technician.token)), new Set([world.foreign.tenantId]));
    }
  });

  it("is refused as every operation is, with a problem document", async () => {
    await list("");
    const refused: Record<string, [Answer, number]> = {
      "no token": [await ask(world.server.url, "/api/issues"), 401],
      "a token of somebody disabled": [await list("", world.disabledToken), 401],
      "another organisation's": [await list(`?tenantId=${world.foreign.tenantId}`, world.own.technician.token), 404],
      "a wrong field": [await list("?limit=none"), 400],
      "a cursor of another list": [await list("?cursor=bm8"), 400],
    };
    for (const [what, [answer, status]] of Object.entries(refused)) {
      assert.equal(answer.status, status, what);
      assert.equal(answer.headers["content-type"], "application/problem+json; charset=utf-8", what);
    }
  });

  it("is measured as every operation is", async () => {
    const count = async () => {
      const { text } = await ask(world.server.url, "/metrics", { token: world.server.token });
      return Number(
        /^aiops_operation_duration_seconds_count\{operation="issues\.list",status="200"\} (\d+)$/m.exec(text)?.[1],
      );
    };
    await list("");
    const before = await count();
    await list("");
    assert.equal(await count(), before + 1);
  });

  it("says where the words were found, where that is asked for", async () => {
    const answer = await list(`?projectId=${world.own.project.id}&q=issue&highlight=true`);
    const page = outputSchema?.parse(answer.body);
    assert.equal(answer.text, JSON.stringify(page));
    assert.deepEqual(page?.items[0]?.snippet?.titleMarks, [{ start: 0, end: 5 }]);
  });
});
