import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { currentHolder, DataDirectory } from "../../../server/storage/data-directory.ts";
import { DocumentStore } from "../../../server/storage/document-store.ts";
import { repairDocuments } from "../../../server/storage/recovery.ts";
import { systemClock } from "../../../shared/clock.ts";
import { withCode } from "../../support/error-code.ts";
import { startWriter } from "../../support/storage/crashed.ts";
import { note, notes } from "../../support/storage/notes.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

describe("data directory", () => {
  const directory = temporaryDirectory();
  const path = () => join(directory(), "data");
  const open = () => DataDirectory.open(path(), systemClock);

  it("is made 0700 and holds only 0600 files", async () => {
    const data = await open();
    assert.equal((await stat(path())).mode & 0o777, 0o700);
    for (const name of ["lock.sqlite", "server.json", "layout.json"]) {
      assert.equal((await stat(data.file(name))).mode & 0o777, 0o600, name);
    }
    data.close();
  });

  it("refuses a second server and names the first; takes over from one that was killed", async () => {
    const writer = startWriter(path());
    try {
      await writer.reached(1);
      const pid = String(writer.process.pid);
      await assert.rejects(open(), withCode("data_directory_in_use", pid, "http://127.0.0.1:4280", "since 20"));
      assert.equal(currentHolder(path())?.pid, writer.process.pid);
    } finally {
      await writer.kill();
    }
    assert.equal(currentHolder(path()), undefined);
    (await open()).close();
  });

  it("refuses a second opening within one process, and allows it after closing", async () => {
    const data = await open();
    await assert.rejects(open(), withCode("data_directory_in_use", String(process.pid)));
    data.close();
    (await open()).close();
  });

  it("is not fooled by a note that names a running process", async () => {
    (await open()).close();
    await writeFile(join(path(), "server.json"), JSON.stringify({ pid: process.ppid, address: "x", since: "y" }));
    assert.equal(currentHolder(path()), undefined);
    (await open()).close();
  });

  it("still refuses when the note of the holder is gone or damaged", async () => {
    const data = await open();
    await writeFile(data.file("server.json"), "{");
    await assert.rejects(open(), withCode("data_directory_in_use", "another process"));
    data.close();
  });

  it("says where the server listens once it does", async () => {
    const data = await open();
    await data.announce("http://127.0.0.1:9");
    assert.equal(currentHolder(path())?.address, "http://127.0.0.1:9");
    data.close();
  });

  it("does not take over a directory with other things in it, and tightens its own", async () => {
    await mkdir(path());
    await chmod(path(), 0o755);
    await writeFile(join(path(), "thesis.odt"), "precious");
    await assert.rejects(open(), withCode("unsafe_path", "thesis.odt", "--data-dir"));
    assert.equal((await stat(path())).mode & 0o777, 0o755);
    const own = await DataDirectory.open(join(directory(), "own"), systemClock);
    own.close();
    await chmod(own.path, 0o755);
    (await DataDirectory.open(own.path, systemClock)).close();
    assert.equal((await stat(own.path)).mode & 0o777, 0o700);
  });

  it("refuses a link, a file, and a link planted as its lock", async () => {
    await mkdir(join(directory(), "elsewhere"));
    await symlink(join(directory(), "elsewhere"), path());
    await assert.rejects(open(), withCode("unsafe_path", "not a directory"));
    const file = join(directory(), "file");
    await writeFile(file, "precious");
    await assert.rejects(DataDirectory.open(file, systemClock), withCode("unsafe_path"));
    const planted = join(directory(), "planted");
    await mkdir(planted, { mode: 0o700 });
    await symlink(file, join(planted, "lock.sqlite"));
    await assert.rejects(DataDirectory.open(planted, systemClock), withCode("unsafe_path", "lock.sqlite"));
    assert.equal(await readFile(file, "utf8"), "precious");
  });

  it("refuses the data of a newer aiops and a damaged layout file", async () => {
    (await open()).close();
    await writeFile(join(path(), "layout.json"), '{"layout":2,"createdAt":"2026-11-20T10:00:00.000Z"}');
    await assert.rejects(open(), withCode("storage_too_new", "Upgrade"));
    await writeFile(join(path(), "layout.json"), "");
    await assert.rejects(open(), withCode("storage_corrupt", "layout.json"));
  });

  it("clears away what an interrupted write left", async () => {
    (await open()).close();
    await writeFile(join(path(), "server.json.0123456789abcdef.tmp"), "half");
    (await open()).close();
    assert.ok(!(await readdir(path())).some((name) => name.endsWith(".tmp")));
  });

  it("repairs damaged documents, but not while a server runs", async () => {
    const data = await open();
    const store = await DocumentStore.open(data.file("documents"));
    await (await store.collection(notes, "t1")).insert(note("a"));
    await (await store.collection(notes)).insert(note("g"));
    await store.close();
    await assert.rejects(repairDocuments(path(), systemClock), withCode("data_directory_in_use"));
    data.close();
    assert.deepEqual(await repairDocuments(path(), systemClock), []);
    await truncate(join(path(), "documents", "t1", "notes.json"), 30);
    const [repair, ...others] = await repairDocuments(path(), systemClock);
    assert.deepEqual([repair?.scope, repair?.collection, repair?.records, others], ["t1", "notes", 1, []]);
    const again = await DocumentStore.open(join(path(), "documents"));
    assert.deepEqual((await again.collection(notes, "t1")).list(), [note("a")]);
    await again.close();
  });
});
