import assert from "node:assert/strict";
import { userInfo } from "node:os";
import type { ProjectInput } from "../../../shared/entities/project.ts";
import { AppError } from "../../../shared/errors.ts";
import { startTestServer, type TestServer } from "../../support/server.ts";

describe("what administrators are told of people and projects", () => {
  let server: TestServer;
  afterEach(() => server.close());

  const person = async (username: string, linuxUser = "") => {
    const email = `${username}@example.org`;
    return (await server.client.users.create({ email, username, name: username, linuxUser })).id;
  };
  async function refusal(call: Promise<unknown>): Promise<AppError> {
    const error: unknown = await call.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof AppError, "it is refused");
    return error;
  }

  it("is on a shared host which Linux user each has, what is wrong with that, and what to do", async () => {
    const { username: self } = userInfo();
    server = await startTestServer({
      env: { AIOPS_MODE: "shared", AIOPS_LINUX_USER_MAPPING: `carol@example.org=${self}` },
    });
    const ids = [
      await person("ada", "daemon"),
      await person("bob", "nobody-has-this"),
      await person("carol"),
      await person("dave"),
    ];
    const { mode, strategy, people } = await server.client.users.linuxUsers();
    assert.deepEqual([mode, strategy], ["shared", "mapping"]);
    const told = ids.map((id) => people.find(({ userId }) => userId === id) ?? assert.fail(id));
    assert.deepEqual(
      told.map(({ linuxUser }) => linuxUser),
      ["daemon", "nobody-has-this", self, null],
    );
    assert.deepEqual([told[0]?.problem, told[2]?.problem], [null, null]);
    assert.match(told[1]?.problem ?? "", /nobody-has-this, which does not exist.*Correct the mapping/);
    assert.match(told[3]?.problem ?? "", /dave@example\.org has no Linux account.*administrator sets it/);
    const twin = await person("eve", self);
    const again = (await server.client.users.linuxUsers()).people;
    for (const id of [ids[2], twin]) {
      const { problem } = again.find(({ userId }) => userId === id) ?? assert.fail(id);
      assert.match(problem ?? "", /several people \(carol@example\.org, eve@example\.org\).*Give each their own/);
    }
    await server.client.users.update({ id: twin, status: "disabled" });
    const last = (await server.client.users.linuxUsers()).people.find(({ userId }) => userId === ids[2]);
    assert.equal(last?.problem, null, "a disabled one takes nobody's place");
  });

  it("is on one's own server that nothing is wrong: it acts as its own user alone", async () => {
    server = await startTestServer();
    await person("bob", "nobody-has-this");
    const { mode, people } = await server.client.users.linuxUsers();
    assert.equal(mode, "personal");
    assert.deepEqual(
      people.filter(({ problem }) => problem !== null),
      [],
    );
  });

  it("names the field that was refused, so that a form can say it there", async () => {
    server = await startTestServer();
    const { client } = server;
    await person("ada");
    const twin = { email: "other@example.org", username: "ada", name: "Another" };
    const taken = await refusal(client.users.create(twin));
    assert.deepEqual([taken.code, taken.errors[0]?.path], ["name_taken", "username"]);
    const { id: tenantId } = await client.tenants.create({ slug: "acme", name: "Acme" });
    const site = { tenantId, slug: "site", name: "Site" };
    const refused: [path: string, fields: Partial<ProjectInput>][] = [
      ["defaultBranch", { defaultBranch: "two words" }],
      ["protectedBranches.1", { protectedBranches: ["release/*", "-x"] }],
      ["repositoryUrl", { repositoryUrl: "ext::sh -c id" }],
      ["redactionPolicy", { redactionPolicy: "phi" }],
    ];
    for (const [path, fields] of refused) {
      const { errors } = await refusal(client.projects.create({ ...site, ...fields }));
      assert.deepEqual(
        errors.map((error) => error.path),
        [path],
      );
    }
  });
});
