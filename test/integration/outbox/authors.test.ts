import assert from "node:assert/strict";
import { commentsAt, emptied, issueOf, outboxWorld, queued, reached } from "./tracker-world.ts";

describe("a write whose person may not write any more", function () {
  this.timeout(60_000);
  const world = outboxWorld();

  it("is kept, not sent, whatever took the right away, and goes when it is given again", async () => {
    const { server, place, tracker } = world();
    const { client } = server;
    const member = { tenantId: place.tenantId, role: "member" as const };
    const person = await server.as({ email: "ada@example.org", level: "technician", tenantIds: [place.tenantId] });
    const { id: userId } = person.user;
    const { id: issueId } = await issueOf(person.client, place.projectId, "#2");
    await tracker.proxy.stop();
    const { id } = queued(await person.client.issues.comment({ id: issueId, body: "From Ada" }));
    assert.equal((await person.client.outbox.list({})).total, 1);
    const roles = (...given: { userId: string; role: "read" | "write" }[]) =>
      client.projects.update({ id: place.projectId, roles: given });

    const losses = {
      disabled: () => client.users.update({ id: userId, status: "disabled" }),
      "reads only": () => client.users.update({ id: userId, status: "active", level: "client" }),
      "reads only here": async () => {
        await client.users.update({ id: userId, level: "technician" });
        await roles({ userId, role: "read" });
      },
      "left the organisation": async () => {
        await roles({ userId, role: "write" });
        await client.users.update({ id: userId, memberships: [] });
      },
    };
    let isBack = false;
    for (const [loss, lose] of Object.entries(losses)) {
      await lose();
      if (!isBack) await tracker.proxy.start();
      isBack = true;
      await client.outbox.retry({ id });
      const { error } = await reached(client, id, "failed");
      assert.equal(error?.code, "forbidden", loss);
      assert.deepEqual(commentsAt(tracker, 2), [], loss);
    }

    const here = await server.as({ email: "ada@example.org", level: "technician" });
    assert.deepEqual((await here.client.outbox.list({})).items, [], "another organisation's by now");
    assert.equal((await client.outbox.list({})).total, 1, "an administrator sees to it");
    await client.users.update({ id: userId, memberships: [member] });
    assert.equal((await here.client.outbox.retry({ id })).id, id);
    await emptied(client);
    assert.deepEqual(commentsAt(tracker, 2), ["From Ada"]);
  });
});
