import assert from "node:assert/strict";
import type { Session } from "../../../shared/entities/session.ts";
import type { Detection } from "../../../server/sessions/detectors/index.ts";
import { isLive, observed, withStatus } from "../../../server/sessions/state.ts";

const start = "2026-01-01T10:00:00.000Z";
const soon = "2026-01-01T10:00:05.000Z";
const late = "2026-01-01T10:01:05.000Z";

const record: Session = {
  id: "s1",
  version: 1,
  createdAt: start,
  updatedAt: start,
  tenantId: "t1",
  projectId: "p1",
  userId: "u1",
  issueId: null,
  tool: "claude",
  title: "Demo",
  status: "starting",
  statusSource: "none",
  statusSince: start,
  question: null,
  tmuxSession: "demo-p1",
  tmuxSocket: "aiops",
  workspacePath: "/home/ann/workspace/demo",
  branch: null,
  lastActivityAt: start,
};

const seen = (status: Detection["status"], question: string | null = null): Detection => ({
  status,
  source: "screen",
  question,
});

describe("a session's state", () => {
  it("changes with what is seen, and remembers since when", () => {
    const next = observed(record, seen("working"), soon, soon);
    assert.deepEqual(next, {
      ...record,
      status: "working",
      statusSource: "screen",
      statusSince: soon,
      lastActivityAt: soon,
    });
    assert.equal(observed(next, seen("working"), late, soon), next);
  });

  it("asks another question without another since", () => {
    const waiting = observed(record, seen("waiting", "One?"), soon, soon);
    const next = observed(waiting, seen("waiting", "Two?"), late, late);
    assert.equal(next.question, "Two?");
    assert.equal(next.statusSince, soon);
  });

  it("forgets the question when it works again", () => {
    const waiting = observed(record, seen("waiting", "One?"), soon, soon);
    assert.equal(observed(waiting, seen("working"), late, late).question, null);
  });

  for (const nothing of ["unknown", "starting"] as const) {
    it(`never overwrites a known state with ${nothing}`, () => {
      const waiting = observed(record, seen("waiting", "One?"), soon, soon);
      assert.equal(observed(waiting, seen(nothing), late, soon), waiting);
    });
  }

  it("is starting for half a minute, then unknown", () => {
    assert.equal(observed(record, seen("unknown"), soon, start), record);
    assert.equal(observed(record, seen("unknown"), late, start).status, "unknown");
  });

  it("is no longer lost once its pane is seen", () => {
    const lost = withStatus(record, "lost", "process", soon);
    assert.equal(observed(lost, seen("unknown"), late, soon).status, "unknown");
    assert.equal(observed(lost, seen("idle"), late, soon).status, "idle");
  });

  it("records activity alone once a minute", () => {
    const idle = observed(record, seen("idle"), start, start);
    assert.equal(observed(idle, seen("idle"), soon, soon), idle);
    assert.equal(observed(idle, seen("idle"), late, late).lastActivityAt, late);
  });

  it("never moves activity back", () => {
    const working = observed({ ...record, lastActivityAt: late }, seen("working"), late, soon);
    assert.equal(working.lastActivityAt, late);
  });

  it("is live unless it ended or is lost", () => {
    assert.ok(isLive(record));
    assert.ok(isLive(withStatus(record, "unknown", "none", soon)));
    assert.ok(!isLive(withStatus(record, "exited", "process", soon)));
    assert.ok(!isLive(withStatus(record, "lost", "process", soon)));
  });
});
