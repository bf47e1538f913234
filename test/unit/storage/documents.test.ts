import assert from "node:assert/strict";
import { appendFile, readdir, readFile, rename, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DocumentStore } from "../../../server/storage/document-store.ts";
import { encodeFrame } from "../../../server/storage/journal-format.ts";
import { findDamagedCollections, listCollections, recoverCollection } from "../../../server/storage/recovery.ts";
import { systemClock } from "../../../shared/clock.ts";
import { withCode } from "../../support/error-code.ts";
import { note, notes, type Note } from "../../support/storage/notes.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

describe("document store", () => {
  const directory = temporaryDirectory();
  const documents = () => join(directory(), "documents");
  const file = (name: string) => join(documents(), "t1", name);

  async function reopened<R>(use: (store: DocumentStore) => Promise<R>): Promise<R> {
    const store = await DocumentStore.open(documents());
    try {
      return await use(store);
    } finally {
      await store.close();
    }
  }

  async function stored(): Promise<Note[]> {
    return reopened(async (store) => (await store.collection(notes, "t1")).list());
  }

  async function fill(count: number, text = ""): Promise<void> {
    await reopened(async (store) => {
      const collection = await store.collection(notes, "t1");
      await Promise.all(Array.from({ length: count }, (_, index) => collection.insert(note(`n${index}`, text))));
    });
  }

  it("gives back after reopening what was inserted, changed and removed", async () => {
    await reopened(async (store) => {
      const collection = await store.collection(notes, "t1");
      await collection.insert(note("a", "ä\n☃ \u2028"));
      await collection.insert(note("b"));
      await collection.insert(note("c"));
      const changed = await collection.update("b", 1, (current) => ({ ...current, text: "new" }));
      assert.equal(changed.version, 2);
      assert.equal((await collection.remove("c")).id, "c");
    });
    assert.deepEqual(await stored(), [note("a", "ä\n☃ \u2028"), { ...note("b", "new"), version: 2 }]);
  });

  it("keeps tenants apart, one file each, 0600 in directories of 0700", async () => {
    await reopened(async (store) => {
      await (await store.collection(notes, "t1")).insert(note("a"));
      await (await store.collection(notes)).insert(note("g"));
      assert.deepEqual((await store.collection(notes, "t2")).list(), []);
      assert.deepEqual([...(await store.everyTenant(notes)).keys()].sort(), ["t1", "t2"]);
    });
    assert.equal((await stat(documents())).mode & 0o777, 0o700);
    assert.equal((await stat(join(documents(), "_global"))).mode & 0o777, 0o700);
    for (const name of await readdir(join(documents(), "t1"))) {
      assert.equal((await stat(file(name))).mode & 0o777, 0o600, name);
    }
    const envelope = JSON.parse(await readFile(file("notes.json"), "utf8")) as Record<string, unknown>;
    assert.equal(envelope["schema"], 1);
    assert.equal(envelope["collection"], "notes");
    assert.deepEqual(envelope["items"], [note("a")]);
  });

  it("refuses a tenant id that would leave the directory", async () => {
    await reopened((store) => assert.rejects(store.collection(notes, "../x"), withCode("invalid_input")));
  });

  it("refuses a stale version, a missing record, a taken id and a taken unique value", async () => {
    await reopened(async (store) => {
      const collection = await store.collection(notes, "t1");
      await collection.insert(note("a"));
      await collection.insert(note("b"));
      await assert.rejects(
        collection.update("a", 7, (current) => current),
        withCode("stale_version", "version 1"),
      );
      await assert.rejects(
        collection.update("zz", undefined, (current) => current),
        withCode("not_found"),
      );
      await assert.rejects(collection.remove("a", 2), withCode("stale_version"));
      await assert.rejects(collection.insert(note("a")), withCode("name_taken"));
      await assert.rejects(collection.insert({ ...note("c"), slug: "slug-a" }), withCode("name_taken", "slug-a"));
      await assert.rejects(
        collection.update("b", undefined, (current) => ({ ...current, slug: "slug-a" })),
        withCode("name_taken"),
      );
    });
    assert.deepEqual(await stored(), [note("a"), note("b")]);
  });

  it("frees a unique value with its record, also within one round", async () => {
    await reopened(async (store) => {
      const collection = await store.collection(notes, "t1");
      await collection.insert(note("a"));
      const removed = collection.remove("a");
      const taken = collection.insert({ ...note("b"), slug: "slug-a" });
      await Promise.all([removed, taken]);
      assert.equal(collection.find("slug", "slug-a")?.id, "b");
      await collection.update("b", undefined, (current) => ({ ...current, slug: "other" }));
      assert.equal(collection.find("slug", "slug-a"), undefined);
      assert.equal(collection.find("slug", "other")?.id, "b");
    });
  });

  it("serialises concurrent writers: no update is lost", async () => {
    await reopened(async (store) => {
      const collection = await store.collection(notes, "t1");
      await collection.insert(note("a", "0"));
      const increment = () => collection.update("a", undefined, (it) => ({ ...it, text: String(Number(it.text) + 1) }));
      await Promise.all(Array.from({ length: 200 }, increment));
      assert.equal(collection.get("a")?.text, "200");
      const racing = Array.from({ length: 5 }, () => collection.update("a", 201, (it) => ({ ...it, text: "won" })));
      const outcomes = await Promise.allSettled(racing);
      assert.equal(outcomes.filter((outcome) => outcome.status === "fulfilled").length, 1);
    });
    assert.deepEqual((await stored())[0]?.version, 202);
  });

  it("commits waiting writers together", async () => {
    await reopened(async (store) => {
      const collection = await store.collection(notes, "t1");
      await Promise.all(Array.from({ length: 100 }, (_, index) => collection.insert(note(`n${index}`))));
      const lines = (await readFile(file("notes.journal"), "utf8")).trimEnd().split("\n");
      assert.ok(lines.length <= 2, `${lines.length} syncs for 100 writers`);
    });
  });

  it("shows a write to nobody before it is durable and hands out frozen records", async () => {
    await reopened(async (store) => {
      const collection = await store.collection(notes, "t1");
      const mine = note("a", "first");
      const writing = collection.insert(mine);
      mine.text = "changed by the caller";
      assert.equal(collection.get("a"), undefined);
      await writing;
      const given = collection.get("a");
      assert.ok(given !== undefined);
      assert.throws(() => (given.text = "x"), TypeError);
    });
  });

  it("compacts in the background while writes go on, and keeps the previous copy", async () => {
    await reopened(async (store) => {
      const collection = await store.collection(notes, "t1");
      const text = "x".repeat(4_000);
      for (let round = 0; round < 12; round++) {
        await Promise.all(
          Array.from({ length: 100 }, (_, index) =>
            round === 0
              ? collection.insert(note(`n${index}`, text))
              : collection.update(`n${index}`, undefined, (it) => ({ ...it, text: `${round} ${text}` })),
          ),
        );
      }
    });
    const files = await readdir(join(documents(), "t1"));
    assert.deepEqual(files.sort(), ["notes.journal", "notes.journal.previous", "notes.json", "notes.json.previous"]);
    assert.ok((await stat(file("notes.json"))).size < 600_000);
    const all = await stored();
    assert.equal(all.length, 100);
    assert.ok(all.every((it) => it.version === 12 && it.text.startsWith("11 ")));
  });

  it("drops a torn tail and goes on behind the last acknowledged write", async () => {
    await fill(3);
    await appendFile(file("notes.journal"), '1234abcd {"first":4,"ops":[{"put":{"id":"to');
    const said: string[] = [];
    const store = await DocumentStore.open(documents(), { notice: (message) => said.push(message) });
    const collection = await store.collection(notes, "t1");
    assert.equal(collection.size, 3);
    await collection.insert(note("after"));
    await store.close();
    assert.match(said.join(), /interrupted write/);
    assert.equal((await stored()).length, 4);
  });

  it("reads the changes of a server that never closed", async () => {
    await fill(3);
    const running = await DocumentStore.open(documents());
    await (await running.collection(notes, "t1")).insert(note("late"));
    assert.equal((await stored()).at(-1)?.id, "late");
    await running.close();
  });

  describe("with damaged files", () => {
    async function damageAt(path: string, offset: number): Promise<void> {
      const bytes = await readFile(path);
      bytes[offset] = (bytes[offset] ?? 0) ^ 0x01;
      await writeFile(path, bytes);
    }

    async function refused(...words: string[]): Promise<void> {
      await assert.rejects(stored(), withCode("storage_corrupt", ...words));
    }

    const damages: Record<string, () => Promise<void>> = {
      truncated: async () => truncate(file("notes.json"), 150),
      empty: async () => truncate(file("notes.json"), 0),
      "one bit flipped in a text": async () => damageAt(file("notes.json"), 120),
      "not a document": async () => writeFile(file("notes.json"), "[]"),
    };
    for (const [name, damage] of Object.entries(damages)) {
      it(`names a document that is ${name}, and the last good copy has every acknowledged change`, async () => {
        await fill(20);
        await reopened(async (store) => {
          const collection = await store.collection(notes, "t1");
          await collection.update("n3", undefined, (it) => ({ ...it, text: "second run" }));
        });
        const good = await stored();
        await damage();
        await refused("notes.json");
        const found = await findDamagedCollections(documents());
        assert.deepEqual(
          found.map(({ scope, collection, recoverable }) => ({ scope, collection, recoverable })),
          [{ scope: "t1", collection: "notes", recoverable: 20 }],
        );
        const [listed] = await listCollections(documents());
        assert.ok(listed !== undefined);
        const recovery = await recoverCollection(listed.paths, "notes", systemClock);
        assert.equal(recovery.records, 20);
        assert.ok(recovery.setAside.some((aside) => /^notes\.json\.corrupt-\d{4}-/.test(aside)));
        assert.deepEqual(await stored(), good);
      });
    }

    it("tells a damaged journal from a torn one, and recovers what stands before the damage", async () => {
      const store = await DocumentStore.open(documents());
      const collection = await store.collection(notes, "t1");
      for (let index = 0; index < 5; index++) await collection.insert(note(`n${index}`));
      const lines = (await readFile(file("notes.journal"), "utf8")).split("\n");
      await damageAt(file("notes.journal"), (lines[0]?.length ?? 0) + (lines[1]?.length ?? 0) + 20);
      await refused("notes.journal");
      const [listed] = await listCollections(documents());
      assert.ok(listed !== undefined);
      await recoverCollection(listed.paths, "notes", systemClock);
      assert.deepEqual(await stored(), [note("n0"), note("n1")]);
    });

    it("refuses a document that is gone and a journal with a gap instead of starting empty", async () => {
      await fill(3);
      await reopened(async (store) => {
        const collection = await store.collection(notes, "t1");
        await collection.remove("n0");
        await collection.remove("n1");
      });
      await rename(file("notes.json"), file("elsewhere"));
      await refused("notes.json", "missing");
      await writeFile(file("notes.json"), await readFile(file("notes.json.previous")));
      await truncate(file("notes.journal.previous"), 0);
      await writeFile(file("notes.journal"), encodeFrame({ first: 6, ops: [{ del: "n2" }] }));
      await refused("notes.journal", "missing");
    });

    it("refuses a record that does not fit its schema", async () => {
      await fill(1);
      await reopened(async (store) => {
        const loose = { name: "notes", parse: (value: unknown) => value as Note };
        const collection = await store.collection(loose, "t1");
        await collection.update("n0", undefined, (it) => ({ ...it, text: 7 as unknown as string }));
      });
      await refused("n0", "notes.json");
    });

    it("refuses a file of a newer aiops", async () => {
      await fill(1);
      await writeFile(file("notes.json"), '{"schema":2,"collection":"notes","sequence":1,"items":[]}');
      await assert.rejects(stored(), withCode("storage_too_new", "notes.json", "Upgrade"));
    });

    for (const name of ["notes.json", "notes.journal"]) {
      it(`does not follow a link planted as ${name}`, async () => {
        await fill(0);
        await reopened((store) => store.collection(notes, "t1"));
        const target = join(directory(), "target");
        await writeFile(target, "precious");
        await symlink(target, file(name));
        await assert.rejects(stored(), withCode("unsafe_path", name));
        assert.equal(await readFile(target, "utf8"), "precious");
      });
    }
  });
});
