import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Session } from "../../../shared/entities/session.ts";
import type { SignedIn } from "../../support/server.ts";
import { ask } from "../http/request.ts";
import { finished } from "../http/world.ts";
import { hostWorld } from "./host-world.ts";

const run = promisify(execFile);

/** Whoever types into a person's terminal acts as that Linux user: an agent with an administrator's uid must not. */
describe("other people's things, for an administrator of a shared host", function () {
  this.timeout(60_000);
  const { world } = hostWorld({ AIOPS_ALLOW_FILE_REPOSITORIES: "true" });
  let person: SignedIn;
  let session: Session;
  let projectId: string;
  let administrator: { id: string; token: string };

  before(async () => {
    const { server, ada, serviceUser } = world();
    const { id: tenantId } = await server.client.tenants.create({ slug: "one", name: "One" });
    const repositoryUrl = await makeRepository(server.dir);
    ({ id: projectId } = await server.client.projects.create({ tenantId, slug: "site", name: "Site", repositoryUrl }));
    const email = "rob@example.org";
    person = await server.as({ email, level: "technician", tenantIds: [tenantId], linuxUser: serviceUser });
    await finished(person.client, (await person.client.workspaces.initialise({ id: projectId })).jobId);
    session = await person.client.sessions.create({ projectId, tool: "shell" });
    const [record] = (await server.client.users.list({ email: "ada@example.org" })).items;
    assert.ok(record);
    await server.client.users.update({ id: record.id, level: "admin" });
    administrator = { id: record.id, token: (await signIn(ada)).token };
  });

  async function signIn(who: ReturnType<typeof world>["ada"]): Promise<{ token: string }> {
    const { server, serviceUser } = world();
    return who.do("signIn", { server: { url: server.url, serviceUser }, client: "test" });
  }

  function tries(): [string, string, unknown][] {
    return [
      ["POST", `/api/sessions/${session.id}/input`, { text: "true", submit: true }],
      ["GET", `/api/sessions/${session.id}/screen`, undefined],
      ["DELETE", `/api/sessions/${session.id}`, undefined],
      ["POST", `/api/projects/${projectId}/workspace`, { userId: person.user.id }],
    ];
  }

  it("take a step-up to be touched", async () => {
    const { server } = world();
    for (const [method, path, body] of tries()) {
      const answer = await ask(server.url, path, { method, body, token: administrator.token });
      assert.equal(answer.status, 403, `${method} ${path}: ${answer.text}`);
      assert.match(answer.text, /step_up_required/);
    }
  });

  it("are left alone by a personal access token", async () => {
    const { server } = world();
    const { token } = await server.client.auth.createToken({ name: "script", scopes: ["read", "write"], days: 1 });
    for (const [method, path, body] of tries()) {
      const answer = await ask(server.url, path, { method, body, token });
      assert.equal(answer.status, 403, `${method} ${path}: ${answer.text}`);
    }
  });

  it("are in reach of one who has stepped up", async () => {
    const { server } = world();
    for (const [method, path, body] of tries()) {
      const answer = await ask(server.url, path, { method, body, token: server.token });
      assert.ok([200, 202, 204].includes(answer.status), `${method} ${path}: ${answer.text}`);
    }
  });
});

async function makeRepository(folder: string): Promise<string> {
  const work = join(folder, "work");
  await mkdir(work);
  await writeFile(join(work, "README.md"), "Read me\n");
  const git = (...args: string[]) => run("git", ["-C", work, "-c", "user.name=T", "-c", "user.email=t@e.org", ...args]);
  await git("init", "-q", "-b", "main");
  await git("add", "--all");
  await git("commit", "-q", "-m", "First");
  return work;
}
