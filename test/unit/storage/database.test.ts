import assert from "node:assert/strict";
import { readdir, readFile, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Database } from "../../../server/storage/database.ts";
import { openDatabase, schemaVersion, type Migration } from "../../../server/storage/migrations.ts";
import { migrations as shipped } from "../../../server/storage/schema.ts";
import { withCode } from "../../support/error-code.ts";
import { testClock } from "../../support/storage/clock.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const first: Migration = { version: 1, name: "people", up: "CREATE TABLE people (name TEXT)" };
const second: Migration = {
  version: 2,
  name: "ages",
  up: "ALTER TABLE people ADD COLUMN age INTEGER; UPDATE people SET age = 7",
};

describe("database", () => {
  const directory = temporaryDirectory();
  const path = () => join(directory(), "aiops.sqlite");
  const backups = () => join(directory(), "backups");
  const open = (migrations: readonly Migration[]) =>
    openDatabase(path(), { migrations, clock: testClock(), backupDirectory: backups() });
  const names = (database: Database) => database.prepare("SELECT * FROM people").all();

  it("syncs every commit, in a write-ahead log, with foreign keys and mode 0600", async () => {
    const database = open([first]);
    const pragma = (name: string) =>
      Object.values(database.prepare<object>(`PRAGMA ${name}`).get() ?? {})[0] as unknown;
    assert.deepEqual(["journal_mode", "synchronous", "foreign_keys"].map(pragma), ["wal", 2, 1]);
    for (const name of await readdir(directory()))
      assert.equal((await stat(join(directory(), name))).mode & 0o777, 0o600, name);
    assert.ok((await readdir(directory())).includes("aiops.sqlite-wal"));
    database.close();
  });

  it("keeps all of a transaction or nothing, also of a nested one", () => {
    const database = open([first]);
    const insert = (name: string) => database.prepare("INSERT INTO people VALUES (:name)").run({ name });
    assert.throws(
      () =>
        database.transaction(() => {
          insert("ann");
          database.transaction(() => insert("bob"));
          throw new RangeError("no");
        }),
      RangeError,
    );
    assert.equal(names(database).length, 0);
    assert.equal(
      database.transaction(() => insert("ann")),
      1,
    );
    assert.equal(names(database).length, 1);
    database.close();
  });

  it("leaves a repeatable transaction to the next durable one, and only that", () => {
    const database = open([first]);
    const synchronous = () => database.prepare<{ synchronous: number }>("PRAGMA synchronous").get()?.synchronous;
    const insert = () => database.prepare("INSERT INTO people VALUES ('ann')").run();
    const within: unknown[] = [];
    database.repeatableTransaction(() => within.push(synchronous(), insert()));
    assert.throws(() => {
      database.repeatableTransaction(() => {
        insert();
        throw new RangeError("no");
      });
    }, RangeError);
    database.transaction(() => database.repeatableTransaction(() => within.push(synchronous(), insert())));
    assert.deepEqual(within, [1, 1, 2, 1], "a durable one that it is part of stays durable");
    assert.equal(synchronous(), 2);
    assert.equal(names(database).length, 2);
    database.close();
  });

  it("reads what belongs together from one state, and names that state", () => {
    const database = open([first]);
    const other = new Database(path());
    const count = () => names(database).length;
    const states = new Set([database.state]);
    const isNew = () => {
      const { size } = states;
      return states.add(database.state).size > size;
    };
    const counts = database.reading(() => {
      const before = count();
      other.exec("INSERT INTO people VALUES ('by another program')");
      return [before, count(), database.state];
    });
    assert.deepEqual(counts, [0, 0, undefined]);
    assert.equal(count(), 1);
    assert.equal(isNew(), true);
    assert.equal(isNew(), false);
    database.prepare("INSERT INTO people VALUES ('ann') RETURNING name").get();
    assert.equal(isNew(), true);
    database.exec("UPDATE people SET name = 'bob'");
    assert.equal(isNew(), true);
    database.prepare("DELETE FROM people").run();
    assert.equal(isNew(), true);
    other.close();
    database.close();
  });

  it("runs each migration once, in order", () => {
    open([first]).close();
    const database = open([first, second]);
    assert.equal(schemaVersion(database), 2);
    database.close();
    const again = open([first, second]);
    const ran = again.prepare<{ version: number; name: string }>("SELECT version, name FROM migrations").all();
    assert.deepEqual(
      ran.map(({ version, name }) => [version, name]),
      [
        [1, "people"],
        [2, "ages"],
      ],
    );
    again.close();
  });

  it("copies the data before it migrates, 0600, and not for an empty database", async () => {
    const before = open([first]);
    before.prepare("INSERT INTO people VALUES ('ann')").run();
    before.close();
    await assert.rejects(readdir(backups()), { code: "ENOENT" });
    open([first, second]).close();
    const [name] = await readdir(backups());
    assert.match(name ?? "", /^before-version-2-2026-11-20T10-00-00/);
    const copy = join(backups(), name ?? "");
    assert.equal((await stat(copy)).mode & 0o777, 0o600);
    const copied = new Database(copy);
    assert.equal(schemaVersion(copied), 1);
    assert.deepEqual(
      names(copied).map((row) => ({ ...(row as object) })),
      [{ name: "ann" }],
    );
    copied.close();
  });

  it("leaves everything as it was when a migration fails", () => {
    const before = open([first]);
    before.prepare("INSERT INTO people VALUES ('ann')").run();
    before.close();
    const broken: Migration = { version: 3, name: "broken", up: "DELETE FROM people; SELECT 1 FROM nowhere" };
    assert.throws(() => open([first, second, broken]), withCode("storage_failed", "nowhere"));
    const database = open([first]);
    assert.equal(schemaVersion(database), 1);
    assert.equal(names(database).length, 1);
    database.close();
  });

  it("refuses a database of a newer aiops and does not touch it", async () => {
    open([first, second]).close();
    const before = await readFile(path());
    assert.throws(() => open([first]), withCode("storage_too_new", "version 2", "up to 1", "Upgrade"));
    assert.deepEqual(await readFile(path()), before);
  });

  it("numbers the shipped migrations from 1 without a gap, and they run", () => {
    assert.deepEqual(
      shipped.map(({ version }) => version),
      shipped.map((_, index) => index + 1),
    );
    open(shipped).close();
  });

  it("says that a damaged database is damaged", async () => {
    open(shipped).close();
    await truncate(path(), 5_000);
    assert.throws(
      () => {
        const database = open(shipped);
        try {
          database.prepare("SELECT * FROM issues").all();
        } finally {
          database.close();
        }
      },
      withCode("storage_corrupt", "aiops restore"),
    );
    await writeFile(path(), "this is no database at all, just some words that were put there");
    assert.throws(() => open(shipped), withCode("storage_corrupt"));
  });

  it("does not follow a link planted in its place", async () => {
    const target = join(directory(), "target");
    await writeFile(target, "");
    await symlink(target, path());
    assert.throws(() => open([first]), withCode("unsafe_path", "aiops.sqlite"));
    assert.equal(await readFile(target, "utf8"), "");
  });
});
