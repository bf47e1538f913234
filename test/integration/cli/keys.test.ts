import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { makeHome, type Home } from "./aiops.ts";

const listed = z.array(z.object({ id: z.string(), active: z.boolean(), source: z.string(), values: z.number() }));
const report = z.object({
  activeId: z.string(),
  resealed: z.number(),
  unreadable: z.number(),
  removed: z.array(z.string()),
  unused: z.array(z.string()),
  settling: z.boolean(),
  external: z.boolean(),
});

const seed = (count: number) => ({
  tenants: [{ slug: "acme", name: "Acme" }],
  connections: Array.from({ length: count }, (_, number) => ({
    tenant: "acme",
    name: `GitHub ${number}`,
    provider: "github",
    baseUrl: "http://127.0.0.1:9",
    tokenEnv: "SOME_TOKEN",
  })),
});

describe("aiops keys, as a process", () => {
  let home: Home;
  let keyFile: string;
  let secret: string;
  beforeEach(async () => {
    home = await makeHome();
    keyFile = join(home.dir, "keys.json");
    home.env["AIOPS_KEY_FILE"] = keyFile;
    secret = `ghp_${randomBytes(12).toString("hex")}`;
  });
  afterEach(async () => home[Symbol.asyncDispose]());

  async function fill(count = 3, env: Record<string, string> = {}): Promise<void> {
    const file = join(home.dir, "seed.json");
    await writeFile(file, JSON.stringify(seed(count)));
    const { code, err } = await home.run(["seed", "--file", file], { env: { SOME_TOKEN: secret, ...env } });
    assert.equal(code, 0, err);
  }
  async function read<T>(schema: z.ZodType<T>, args: string[], env: Record<string, string> = {}): Promise<T> {
    const { code, out, err } = await home.run([...args, "--json"], { env });
    assert.equal(code, 0, err);
    return schema.parse(JSON.parse(out));
  }
  const keyIds = async () => {
    const file = z.object({ keys: z.array(z.object({ id: z.string() })) });
    return file.parse(JSON.parse(await readFile(keyFile, "utf8"))).keys.map(({ id }) => id);
  };
  /** Whether the stored tokens can be opened: what is entered is compared with what is stored. */
  const unchanged = async (env: Record<string, string> = {}) => {
    const { out, err } = await home.run(["seed", "--file", join(home.dir, "seed.json")], {
      env: { SOME_TOKEN: secret, ...env },
    });
    assert.doesNotMatch(out, /^(?:changed|created)/m, out + err);
    assert.match(out, /^\d+ unchanged$/m);
  };

  it("lists the key without showing it, replaces it, and every secret still opens", async () => {
    await fill();
    const [before] = await read(listed, ["keys", "list"]);
    assert.deepEqual([before?.active, before?.source, before?.values], [true, "file", 4]);
    const key = z.object({ keys: z.array(z.object({ key: z.string() })) });
    const [made] = key.parse(JSON.parse(await readFile(keyFile, "utf8"))).keys;
    assert.ok(made !== undefined && !(await home.run(["keys", "list"])).out.includes(made.key));

    const rotated = await read(report, ["keys", "rotate"]);
    assert.deepEqual([rotated.resealed, rotated.unreadable, rotated.removed], [4, 0, [before?.id]]);
    assert.deepEqual(await keyIds(), [rotated.activeId]);
    assert.notEqual(rotated.activeId, before?.id);
    assert.deepEqual(
      (await read(listed, ["keys", "list"])).map(({ id, values }) => [id, values]),
      [[rotated.activeId, 4]],
    );
    await unchanged();
  });

  it("keeps the old key where it is told to, and forgets it with the next rotation", async () => {
    await fill();
    const [old] = await keyIds();
    const { unused } = await read(report, ["keys", "rotate", "--keep-old"]);
    assert.deepEqual(unused, [old]);
    assert.equal((await keyIds()).length, 2);
    await read(report, ["keys", "rotate"]);
    assert.equal((await keyIds()).length, 1);
    await unchanged();
  });

  it("loses nothing when it is killed in the middle, and goes on with the same new key", async () => {
    await fill(120);
    const [old] = await keyIds();
    const server = await home.serve();
    const rotating = home.start(["keys", "rotate"]);
    // Looked for without pause: between the new key and the end lie a few milliseconds.
    while ((await keyIds()).length < 2) assert.equal(rotating.child.exitCode, null, "it is over already");
    server.child.kill("SIGKILL");
    await Promise.all([server.ended, rotating.ended]);
    const [first, second] = await keyIds();
    assert.equal(first, old, "the old key is kept until nothing needs it");
    await unchanged();
    const rotated = await read(report, ["keys", "rotate"]);
    assert.equal(rotated.activeId, second, "no third key is made");
    assert.deepEqual(await keyIds(), [second]);
    await unchanged();
  });

  it("seals with the first key of the environment, and says when the others can go", async () => {
    await fill();
    const [stored] = await keyIds();
    const key = randomBytes(32).toString("base64");
    const env = { AIOPS_MASTER_KEY: key };
    const first = await read(report, ["keys", "rotate"], env);
    assert.deepEqual([first.external, first.resealed, first.unused], [true, 4, [stored]]);
    const next = { AIOPS_MASTER_KEY: `${randomBytes(32).toString("base64")},${key}` };
    const second = await read(report, ["keys", "rotate"], next);
    assert.deepEqual([second.resealed, second.unused], [4, [stored, first.activeId]]);
    await rm(keyFile);
    await unchanged({ AIOPS_MASTER_KEY: next.AIOPS_MASTER_KEY.split(",")[0] ?? "" });
  });

  it("takes the key from a command, and never repeats what that printed", async () => {
    const key = randomBytes(32).toString("base64");
    const program = join(home.dir, "print-key");
    await writeFile(program, `#!/bin/sh\necho ${key}\n`);
    await chmod(program, 0o700);
    const env = { AIOPS_KEY_COMMAND: JSON.stringify([program]) };
    await fill(2, env);
    assert.deepEqual(
      (await read(listed, ["keys", "list"], env)).map(({ source, values }) => [source, values]),
      [["command", 3]],
    );
    for (const [script, word] of [
      [`echo ${secret}; echo ${secret} >&2; exit 1`, "failed"],
      [`echo ${secret}`, "not the base64 of 32 bytes"],
    ] as const) {
      await writeFile(program, `#!/bin/sh\n${script}\n`);
      const { code, out, err } = await home.run(["keys", "list"], { env });
      assert.notEqual(code, 0);
      assert.ok(err.includes(word), err);
      assert.ok(!(out + err).includes(secret), "what the command prints is never shown");
    }
    const relative = await home.run(["keys", "list"], { env: { AIOPS_KEY_COMMAND: '["print-key"]' } });
    assert.match(relative.err, /absolute path/);
  });
});
