import assert from "node:assert/strict";
import { SyncBackoff } from "../../../server/issues/sync-backoff.ts";
import { SyncSchedule, type ScheduledProject, type SyncScheduleOptions } from "../../../server/issues/sync-schedule.ts";
import { AppError } from "../../../shared/errors.ts";
import { waitFor } from "../../support/wait.ts";

const minuteMs = 20;

describe("the schedule of syncs", () => {
  let projects: ScheduledProject[];
  let schedule: SyncSchedule;
  let backoff: SyncBackoff;
  /** Ends the runs of a project that wait. */
  let ends: Map<string, () => void>;
  let runs: string[];
  let watched: boolean;

  beforeEach(() => {
    projects = [];
    ends = new Map();
    runs = [];
    watched = true;
    backoff = new SyncBackoff({ firstMs: minuteMs, longestMs: 60 * minuteMs, random: () => 0.5 });
  });
  afterEach(() => schedule.stop());

  const project = (id: string, syncMinutes = 1): ScheduledProject => ({
    id,
    tenantId: "t1",
    syncMinutes,
    links: [{ id: `link-${id}`, connectionId: "c1", externalProject: id }],
  });
  function begin(given: Partial<SyncScheduleOptions> = {}): void {
    schedule = new SyncSchedule({
      projects: () => projects,
      run: ({ id }) => {
        runs.push(id);
        return new Promise((resolve) => ends.set(id, resolve));
      },
      age: () => 0,
      backoff,
      isWatched: () => watched,
      minuteMs,
      random: () => 0.5,
      ...given,
    });
    schedule.start();
  }
  const end = (id: string) => {
    const resolve = ends.get(id);
    ends.delete(id);
    resolve?.();
  };
  const at = (count: number) => waitFor(() => runs.length >= count, { what: `${count} runs` });

  it("runs each project again and again, never twice at a time, and two at most over all", async () => {
    projects = ["a", "b", "c", "d"].map((id) => project(id));
    let most = 0;
    begin({
      run: ({ id }) => {
        assert.ok(!ends.has(id), `${id} runs once at a time`);
        runs.push(id);
        return new Promise((resolve) => {
          ends.set(id, resolve);
          most = Math.max(most, ends.size);
          setTimeout(() => end(id), 5);
        });
      },
    });
    await waitFor(() => ["a", "b", "c", "d"].every((id) => runs.filter((run) => run === id).length >= 3), {
      what: "three runs of each",
    });
    assert.equal(most, 2);
  });

  it("says when the next one is due, and leaves alone what is switched off", async () => {
    projects = [project("a", 1_000), project("off", 0)];
    begin();
    const remaining = schedule.remaining("a") ?? 0;
    assert.ok(remaining > 19_000 && remaining <= 20_000, `${remaining}`);
    assert.equal(schedule.remaining("off"), null);
    projects = [project("a", 1_000), project("off", 1)];
    await at(1);
    assert.deepEqual(runs, ["off"], "a changed interval counts");
  });

  it("catches up soon with what is overdue, and lets a new project be synced by whoever made it", async () => {
    projects = [project("overdue", 1_000), project("new", 1_000)];
    begin({ age: (id) => (id === "overdue" ? 1e9 : null) });
    await at(1);
    assert.deepEqual(runs, ["overdue"]);
    assert.ok((schedule.remaining("new") ?? 0) > 19_000);
  });

  it("waits longer while nobody listens, and no longer as soon as somebody does", async () => {
    watched = false;
    projects = [project("a", 2)];
    begin();
    assert.ok((schedule.remaining("a") ?? 0) > 2 * 2 * minuteMs);
    projects = [project("a", 1_000)];
    await waitFor(() => (schedule.remaining("a") ?? 0) > 70_000, { what: "the longer interval" });
    watched = true;
    await waitFor(() => (schedule.remaining("a") ?? 0) <= 20_000, { what: "the usual interval" });
  });

  it("runs what is asked for at once, once more where it runs already, also where the schedule is off", async () => {
    projects = [project("a", 0)];
    begin();
    schedule.request("a");
    await at(1);
    schedule.request("a");
    schedule.request("a");
    assert.equal(runs.length, 1);
    end("a");
    await at(2);
    end("a");
    await waitFor(() => schedule.remaining("a") === null, { what: "the end" });
    assert.equal(runs.length, 2);
  });

  it("tries only links that may be tried, and waits for them where none may", async () => {
    const two = project("a", 1_000);
    projects = [{ ...two, links: [...two.links, { id: "other", connectionId: "c2", externalProject: "b" }] }];
    const tried: string[][] = [];
    begin({
      run: (_project, links) => {
        tried.push(links.map(({ id }) => id));
        return Promise.resolve();
      },
    });
    backoff.failed({ id: "link-a", connectionId: "c1", externalProject: "a" }, new AppError("timeout", "Too slow."));
    schedule.request("a");
    await waitFor(() => tried.length === 1, { what: "the first try" });
    assert.deepEqual(tried, [["other"]]);
    backoff.failed({ id: "other", connectionId: "c2", externalProject: "b" }, new AppError("timeout", "Too slow."));
    schedule.request("a");
    await waitFor(() => tried.length === 2, { what: "the second try" });
    assert.ok(tried[1]?.includes("link-a"), "the one whose wait was over first");
  });
});
