import assert from "node:assert/strict";
import { mkdir, readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AuditLog, type AuditLogOptions } from "../../../server/audit/log.ts";
import type { AuditEntry } from "../../../server/audit/record.ts";
import type { Database } from "../../../server/storage/database.ts";
import { openDatabase } from "../../../server/storage/migrations.ts";
import { migrations } from "../../../server/storage/schema.ts";
import { isoTime } from "../../../shared/clock.ts";
import { AppError } from "../../../shared/errors.ts";
import { withCode } from "../../support/error-code.ts";
import { testClock } from "../../support/storage/clock.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { waitFor } from "../../support/wait.ts";

const subject = {
  actor: { kind: "user", id: "u1" },
  tenantId: "t1",
  action: "projects.create",
  target: "project:p1",
} as const;

function entry(change: Partial<AuditEntry> = {}): AuditEntry {
  return { ...subject, outcome: "ok", ...change };
}

describe("audit log", () => {
  const directory = temporaryDirectory();
  const clock = testClock();
  const files = () => join(directory(), "audit");
  const path = () => join(files(), "audit.jsonl");
  let database: Database;
  let notices: string[];

  beforeEach(async () => {
    await mkdir(files());
    database = openDatabase(join(directory(), "aiops.sqlite"), { migrations, clock, backupDirectory: directory() });
    notices = [];
  });
  afterEach(() => database.close());

  async function open(options: Partial<AuditLogOptions> = {}): Promise<AuditLog> {
    const notice = (message: string) => notices.push(message);
    return AuditLog.open({ directory: files(), database, clock, notice, ...options });
  }

  async function withLog<T>(use: (log: AuditLog) => Promise<T>, options: Partial<AuditLogOptions> = {}): Promise<T> {
    const log = await open(options);
    try {
      return await use(log);
    } finally {
      await log.close();
    }
  }

  async function write(count: number, options: Partial<AuditLogOptions> = {}): Promise<void> {
    await withLog(async (log) => {
      for (let index = 0; index < count; index++) await log.append(entry({ target: `project:p${index}` }));
    }, options);
  }

  const verified = () => withLog((log) => log.verify());
  const lines = async () => (await readFile(path(), "utf8")).trimEnd().split("\n");
  const putLines = (all: string[]) => writeFile(path(), all.map((line) => `${line}\n`).join(""));

  it("records an intent before and the outcome after, with the time it took", async () => {
    await withLog(async (log) => {
      const answer = await log.audited(subject, () => {
        assert.deepEqual(
          log.query({ limit: 10 }).items.map((record) => record.outcome),
          ["intent"],
        );
        clock.advance(42);
        return "done";
      });
      assert.equal(answer, "done");
      const [outcome, intent] = log.query({ limit: 10 }).items;
      assert.deepEqual([intent?.outcome, intent?.durationMs], ["intent", null]);
      assert.deepEqual([outcome?.outcome, outcome?.durationMs, outcome?.error], ["ok", 42, null]);
      assert.deepEqual([outcome?.actor, outcome?.tenantId], [subject.actor, "t1"]);
      assert.equal(outcome?.previousHash, intent?.hash);
    });
    assert.equal((await lines()).length, 2);
    assert.equal((await stat(path())).mode & 0o777, 0o600);
  });

  it("tells denied from failed and rethrows what was thrown", async () => {
    await withLog(async (log) => {
      const denial = new AppError("forbidden", "This needs the right projects.write.");
      await assert.rejects(
        log.audited(subject, () => Promise.reject(denial)),
        denial,
      );
      const crash = new TypeError("token ghp_0123456789abcdef is undefined");
      await assert.rejects(
        log.audited(subject, () => {
          throw crash;
        }),
        crash,
      );
      const records = log.query({ limit: 10 }).items.filter((record) => record.outcome !== "intent");
      assert.deepEqual(
        records.map((record) => [record.outcome, record.error]),
        [
          ["failed", "internal: TypeError"],
          ["denied", "forbidden: This needs the right projects.write."],
        ],
      );
    });
  });

  it("records work that may change nothing from its first change on, and where it fails", async () => {
    await withLog(async (log) => {
      const outcomes = () => log.query({ limit: 10 }).items.map((record) => record.outcome);
      await log.auditedChange(subject, () => Promise.resolve());
      const cancelled = new AppError("cancelled", "Cancelled.");
      await assert.rejects(
        log.auditedChange(subject, () => Promise.reject(cancelled)),
        cancelled,
      );
      assert.deepEqual(outcomes(), []);

      const work = async (changing: () => Promise<void>) => {
        await changing();
        await changing();
        assert.deepEqual(outcomes(), ["intent"]);
        return 7;
      };
      assert.equal(await log.auditedChange(subject, work), 7);
      assert.deepEqual(outcomes(), ["ok", "intent"]);

      const failure = new AppError("provider_failed", "The tracker is down.");
      await assert.rejects(
        log.auditedChange(subject, () => Promise.reject(failure)),
        failure,
      );
      assert.deepEqual(outcomes(), ["failed", "ok", "intent"]);
    });
  });

  it("masks what looks like a secret in an error", async () => {
    const secrets = [
      "https://me:hunter2secret@git.example/x.git",
      "Authorization: Bearer abcdefgh12345678",
      "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
      "ghp_abcdefghijklmnop1234",
      "password=hunter2secret",
    ];
    await withLog(async (log) => {
      const failing = new AppError("git_failed", `git said: ${secrets.join(" and ")}`);
      await assert.rejects(log.audited(subject, () => Promise.reject(failing)));
    });
    const text = await readFile(path(), "utf8");
    for (const part of ["hunter2secret", "abcdefgh12345678", "c2lnbmF0dXJl", "ghp_abc"]) {
      assert.ok(!text.includes(part), part);
    }
    assert.match(text, /git_failed: git said: https:\/\/\*\*\*@git\.example/);
  });

  it("does nothing where the intent can't be recorded", async () => {
    const log = await open();
    database.exec("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END");
    let done = false;
    await assert.rejects(
      log.audited(subject, () => (done = true)),
      withCode("storage_failed"),
    );
    assert.equal(done, false);
    assert.equal(await readFile(path(), "utf8"), "", "the file is as the database");
    database.exec("DROP TRIGGER full");
    await log.audited(subject, () => (done = true));
    assert.equal(done, true);
    assert.deepEqual((await log.verify()).problems, []);
    await log.close();
  });

  it("says that a thing was done when only its outcome can't be recorded", async () => {
    const log = await open();
    const attempt = log.audited(subject, () =>
      database.exec("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END"),
    );
    await assert.rejects(attempt, withCode("storage_failed", "projects.create was done"));
    await log.close();
  });

  it("chains concurrent writers without a gap and shares their syncs", async () => {
    await withLog(async (log) => {
      const records = await Promise.all(Array.from({ length: 200 }, () => log.append(entry())));
      assert.deepEqual(
        records.map((record) => record.seq),
        Array.from({ length: 200 }, (_, index) => index + 1),
      );
      assert.deepEqual(await log.verify(), { ok: true, records: 200, problems: [] });
    });
  });

  it("goes on with the chain after a restart and over rotated files", async () => {
    await write(10, { maxFileBytes: 900 });
    await write(10, { maxFileBytes: 900 });
    const names = (await readdir(files())).sort();
    assert.ok(names.length > 3, names.join(" "));
    for (const name of names) assert.equal((await stat(join(files(), name))).mode & 0o777, 0o600);
    assert.deepEqual(await verified(), { ok: true, records: 20, problems: [] });
    await writeFile(join(files(), names[1] ?? ""), "");
    assert.match((await verified()).problems[0] ?? "", /records? \d+.* missing/);
  });

  it("puts into the database what a crash left in the file alone", async () => {
    await write(5);
    const after = await withLog((log) => log.append(entry()));
    database.exec("DROP TRIGGER audit_kept");
    database.exec(
      "DELETE FROM audit WHERE seq = 6; UPDATE audit_head SET seq = 5, hash = (SELECT hash FROM audit WHERE seq = 5)",
    );
    await withLog(async (log) => {
      assert.deepEqual(log.query({ limit: 1 }).items, [after]);
      assert.equal((await log.append(entry())).seq, 7);
      assert.deepEqual(await log.verify(), { ok: true, records: 7, problems: [] });
    });
  });

  it("rebuilds the database's records from the files", async () => {
    await write(12, { maxFileBytes: 900 });
    database.exec("DROP TRIGGER audit_kept; DELETE FROM audit; DELETE FROM audit_head");
    assert.deepEqual(await verified(), { ok: true, records: 12, problems: [] });
  });

  it("cuts off a line that was not completely written", async () => {
    await write(3);
    await writeFile(path(), `${await readFile(path(), "utf8")}{"seq":4,"at"`);
    await withLog(async (log) => {
      assert.equal((await log.append(entry())).seq, 4);
      assert.deepEqual(await log.verify(), { ok: true, records: 4, problems: [] });
    });
  });

  it("verifies while others write and files are rotated", async () => {
    await withLog(
      async (log) => {
        const stop = new AbortController();
        const writing = (async () => {
          while (!stop.signal.aborted) await log.append(entry());
        })();
        for (let round = 0; round < 15; round++) {
          const { length } = await readdir(files());
          await waitFor(async () => (await readdir(files())).length > length, { what: "the next file" });
          assert.deepEqual((await log.verify()).problems, []);
        }
        stop.abort();
        await writing;
      },
      { maxFileBytes: 900 },
    );
  });

  describe("verify", () => {
    beforeEach(() => write(8));

    async function problem(pattern: RegExp): Promise<void> {
      const { ok, problems } = await verified();
      assert.equal(ok, false);
      assert.match(problems.join("\n"), pattern);
    }

    it("finds an edited record in the file", async () => {
      const all = await lines();
      all[3] = (all[3] ?? "").replace("project:p3", "project:pX");
      await putLines(all);
      await problem(/audit\.jsonl line 4: record 4 was edited/);
    });

    it("finds a record replaced by one whose hash is right", async () => {
      const { chainRecord } = await import("../../../server/audit/record.ts");
      const all = await lines();
      const third = JSON.parse(all[2] ?? "") as { hash: string };
      const forged = chainRecord({ seq: 3, hash: third.hash }, "2026-11-20T10:00:00.000Z", entry({ target: "forged" }));
      all[3] = JSON.stringify(forged);
      await putLines(all);
      await problem(/line 5: record 5 does not follow record 4/);
    });

    it("finds a field added to a line", async () => {
      const all = await lines();
      all[3] = (all[3] ?? "").replace('{"seq"', '{"note":"x","seq"');
      await putLines(all);
      await problem(/line 4 is not an audit record/);
    });

    it("finds a deleted record", async () => {
      const all = await lines();
      all.splice(3, 1);
      await putLines(all);
      await problem(/line 4: record 4 is missing before record 5/);
    });

    it("finds records in another order", async () => {
      const all = await lines();
      [all[3], all[4]] = [all[4] ?? "", all[3] ?? ""];
      await putLines(all);
      await problem(/out of order/);
    });

    it("finds a cut tail, also after more was written", async () => {
      await putLines((await lines()).slice(0, 6));
      await problem(/tail was cut: the files end at record 6, but there were 8/);
      await write(1);
      await problem(/records 7 to 8 are missing/);
    });

    it("finds a file that is gone", async () => {
      await truncate(path(), 0);
      await problem(/the files end at record 0, but there were 8/);
    });

    const tampered: Record<string, [string, RegExp]> = {
      "an edited row": ["UPDATE audit SET target = 'x' WHERE seq = 4", /the database: row 4: record 4 was edited/],
      "a deleted row": ["DELETE FROM audit WHERE seq = 4", /the database: row 5: record 4 is missing/],
      "a cut tail": ["DELETE FROM audit WHERE seq > 6", /the database ends at record 6, but there were 8/],
      "a changed note of the head": ["UPDATE audit_head SET hash = 'x'", /note of the head/],
    };
    for (const [name, [sql, pattern]] of Object.entries(tampered)) {
      it(`finds ${name} in the database`, async () => {
        database.exec("DROP TRIGGER audit_kept; DROP TRIGGER audit_unchanged");
        database.exec(sql);
        await problem(pattern);
      });
    }

    it("finds both wholly rewritten differently", async () => {
      const other = (await lines()).length;
      await truncate(path(), 0);
      const { chainRecord, chainStart } = await import("../../../server/audit/record.ts");
      let head = chainStart;
      const forged = Array.from({ length: other }, (_, index) => {
        const record = chainRecord(head, isoTime(clock), entry({ target: index < 3 ? `project:p${index}` : "x" }));
        head = record;
        return JSON.stringify(record);
      });
      await putLines(forged);
      await problem(/record 4 is not the same in the files and in the database/);
    });
  });

  it("never lets a record be changed or deleted in the database", async () => {
    await write(1);
    assert.throws(() => database.exec("DELETE FROM audit"), withCode("storage_failed", "never deleted"));
    assert.throws(() => database.exec("UPDATE audit SET target = ''"), withCode("storage_failed", "never changed"));
  });

  describe("query", () => {
    it("pages newest first under filters, with the total", async () => {
      await withLog(async (log) => {
        for (let index = 0; index < 10; index++) {
          await log.append(
            entry({
              tenantId: index % 2 === 0 ? "t1" : "t2",
              actor: { kind: index < 5 ? "user" : "agent", id: index < 5 ? "u1" : "a1" },
              action: index === 9 ? "tenants.delete" : "projects.create",
            }),
          );
          clock.advance(1_000);
        }
        const mine = { tenantIds: ["t1"], limit: 2 };
        const first = log.query(mine);
        assert.deepEqual([first.items.map((record) => record.seq), first.total], [[9, 7], 5]);
        const second = log.query({ ...mine, cursor: first.nextCursor ?? "" });
        assert.deepEqual(
          second.items.map((record) => record.seq),
          [5, 3],
        );
        const third = log.query({ ...mine, cursor: second.nextCursor ?? "" });
        assert.deepEqual([third.items.map((record) => record.seq), third.nextCursor], [[1], null]);
        assert.deepEqual(log.query({ tenantIds: [], limit: 5 }), { items: [], nextCursor: null, total: 0 });
        assert.equal(log.query({ tenantId: "t2", limit: 50 }).total, 5);
        assert.equal(log.query({ tenantIds: ["t1"], tenantId: "t2", limit: 50 }).total, 0);
        assert.equal(log.query({ actor: "a1", limit: 50 }).total, 5);
        assert.equal(log.query({ action: "tenants.delete", limit: 50 }).total, 1);
        const [third3] = log.query({ limit: 50 }).items.slice(-3, -2);
        assert.equal(log.query({ since: third3?.at, limit: 50 }).total, 8);
        assert.equal(log.query({ until: third3?.at.replace(".000Z", "Z"), limit: 50 }).total, 2);
        assert.throws(() => log.query({ limit: 5, cursor: "x'--" }), withCode("invalid_input"));
      });
    });
  });
});
