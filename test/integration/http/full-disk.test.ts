import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { needs } from "../../support/needs.ts";
import { startTestServer, type TestServer } from "../../support/server.ts";
import { ask, field } from "./request.ts";

const run = promisify(execFile);

describe("a full disk, over HTTP", function () {
  this.timeout(30_000);
  let disk = "";
  let server: TestServer | undefined;

  before(async function mountDisk() {
    needs(this, process.getuid?.() === 0, "root and the right to mount a tmpfs");
    disk = await mkdtemp(join(tmpdir(), "aiops-disk-"));
    await run("mount", ["-t", "tmpfs", "-o", "size=8m,mode=700", "tmpfs", disk]);
    server = await startTestServer({ dir: disk });
  });
  after(async () => {
    await server?.close();
    if (disk === "") return;
    await run("umount", [disk]);
    await rm(disk, { recursive: true });
  });

  it("answers 507 and does nothing, for no record of it could be kept; with room again it goes on", async () => {
    assert.ok(server !== undefined);
    const { client, token, url } = server;
    const { id } = await client.tenants.create({ slug: "before", name: "Before" });
    const records = (await client.system.audit({})).total;

    const { bavail, bsize } = await statfs(disk);
    await writeFile(join(disk, "ballast"), Buffer.alloc(bavail * bsize));
    const tries: [string, string, unknown][] = [
      ["POST", "/api/tenants", { slug: "during", name: "During" }],
      ["PATCH", `/api/tenants/${id}`, { name: "During" }],
      ["DELETE", `/api/tenants/${id}`, undefined],
    ];
    for (const [method, path, body] of tries) {
      const answer = await ask(url, path, { method, token, body });
      assert.equal(answer.status, 507, answer.text);
      assert.equal(field(answer.body, "code"), "storage_full");
      assert.match(String(field(answer.body, "detail")), /full/);
    }
    const { items } = await client.tenants.list({});
    assert.deepEqual(
      items.map(({ name }) => name),
      ["Before"],
    );
    assert.equal((await client.system.audit({})).total, records);

    await rm(join(disk, "ballast"));
    await client.tenants.update({ id, name: "After" });
    await server.restart();
    assert.equal((await server.client.tenants.get({ id })).name, "After");
    const { ok, problems } = await server.client.system.verifyAudit();
    assert.ok(ok, problems.join());
  });
});
