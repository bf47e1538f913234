import assert from "node:assert/strict";
import { AppError } from "../../../shared/errors.ts";
import {
  notification,
  openChannel,
  request,
  type Handlers,
  type Message,
  type Surface,
} from "../../../shared/messages/channel.ts";
import { nothing, record, text, whole } from "../../../shared/messages/shape.ts";

const host = {
  add: request(record({ left: whole(0, 100), right: whole(0, 100) }), whole(0, 200)),
  fail: request(nothing, nothing),
  note: notification(record({ text: text(5) })),
};
const panel = { shown: notification(text(20)), name: request(nothing, text(20)) };

/** Both ends of a channel, joined as `postMessage` joins them: what travels is JSON, and nothing arrives at once. */
function pair(hostHandlers: Partial<Handlers<typeof host>> = {}) {
  const refused: AppError[] = [];
  const refusedByPanel: AppError[] = [];
  const notes: string[] = [];
  const shown: string[] = [];
  const sent: Message[] = [];
  const travel = (message: Message, deliver: (message: unknown) => Promise<void>) => {
    sent.push(message);
    const copy: unknown = JSON.parse(JSON.stringify(message));
    queueMicrotask(() => void deliver(copy));
  };
  const atHost = openChannel({
    ours: host,
    theirs: panel,
    handlers: {
      add: ({ left, right }) => left + right,
      fail: () => {
        throw new AppError("not_found", "That issue is gone. Close the panel.");
      },
      note: ({ text }) => void notes.push(text),
      ...hostHandlers,
    },
    post: (message) => travel(message, (copy) => atPanel.receive(copy)),
    onRefused: (error) => void refused.push(error),
  });
  const atPanel = openChannel({
    ours: panel,
    theirs: host,
    handlers: { shown: (title) => void shown.push(title), name: () => "issue" },
    post: (message) => travel(message, (copy) => atHost.receive(copy)),
    onRefused: (error) => void refusedByPanel.push(error),
  });
  return { atHost, atPanel, refused, refusedByPanel, notes, shown, sent };
}

describe("messages: the typed channel", () => {
  it("answers requests both ways, each caller with its own answer", async () => {
    const { atHost, atPanel } = pair();
    const sums = await Promise.all([
      atPanel.ask("add", { left: 1, right: 2 }),
      atPanel.ask("add", { left: 40, right: 2 }),
    ]);
    assert.deepEqual(sums, [3, 42]);
    assert.equal(await atHost.ask("name"), "issue");
  });

  it("delivers notifications both ways", async () => {
    const { atHost, atPanel, notes, shown } = pair();
    atPanel.tell("note", { text: "hello" });
    atHost.tell("shown", "#12");
    await atHost.ask("name");
    assert.deepEqual({ notes, shown }, { notes: ["hello"], shown: ["#12"] });
  });

  it("carries a handler's error to the one who asked, with its code and words", async () => {
    const { atPanel, refused, refusedByPanel } = pair();
    await assert.rejects(atPanel.ask("fail"), { code: "not_found", message: "That issue is gone. Close the panel." });
    assert.deepEqual([...refused, ...refusedByPanel], []);
  });

  it("carries which fields of a form an error is about, and nothing else of it", async () => {
    const { atPanel, sent } = pair({
      fail: () => {
        const errors = [{ path: "baseUrl", message: "the host is not known" }];
        throw new AppError("invalid_input", "Check the address.", { errors, data: { canary: 1 }, cause: "canary" });
      },
    });
    await assert.rejects(atPanel.ask("fail"), {
      code: "invalid_input",
      errors: [{ path: "baseUrl", message: "the host is not known" }],
    });
    assert.doesNotMatch(JSON.stringify(sent), /canary/);
  });

  it("does not compile with a handler left out or mistyped", () => {
    const { note, ...some } = { add: () => 1, fail: () => undefined, note: () => undefined };
    assert.equal(note(), undefined);
    // @ts-expect-error `note` has no handler
    const missing: Handlers<typeof host> = some;
    // @ts-expect-error `add` answers a number
    const mistyped: Handlers<typeof host> = { ...some, note, add: () => "3" };
    assert.ok(missing !== mistyped);
  });

  it("refuses unknown and malformed messages, answers those that asked, and reports every one", async () => {
    const { atHost, refused, sent, notes } = pair();
    const hostile: unknown[] = [
      null,
      "add",
      [],
      {},
      { type: "command", name: "add" },
      { type: "request", name: "add", input: { left: 1, right: 1 } },
      { type: "request", id: 1, name: "missing" },
      { type: "request", id: 2, name: "constructor" },
      { type: "request", id: 3, name: "__proto__" },
      { type: "request", id: 4, name: "note", input: { text: "x" } },
      { type: "request", id: 5, name: "add" },
      { type: "request", id: 6, name: "add", input: { left: "1", right: 1 } },
      { type: "request", id: 7, name: "add", input: { left: 1.5, right: 1 } },
      { type: "notification", name: "note", input: { text: "longer than five" } },
      { type: "notification", name: "add", input: { left: 1, right: 1 } },
      { type: "answer", id: 99, ok: true, output: 1 },
    ];
    for (const message of hostile) await atHost.receive(message);
    assert.equal(refused.length, hostile.length);
    assert.ok(refused.every((error) => error.code === "invalid_input"));
    assert.deepEqual(notes, []);
    assert.deepEqual(
      sent.map((message) => (message.type === "answer" ? [message.id, message.ok] : message.type)),
      [1, 2, 3, 4, 5, 6, 7].map((id) => [id, false]),
    );
    assert.match(refused[11]?.message ?? "", /add\.left must be a whole number/);
  });

  it("drops members nobody asked for before a handler sees them", async () => {
    const seen: unknown[] = [];
    const { atHost } = pair({ note: (input) => void seen.push(input) });
    await atHost.receive({
      type: "notification",
      name: "note",
      input: JSON.parse('{"text":"a","extra":1,"__proto__":{"admin":true}}'),
    });
    assert.deepEqual(seen, [{ text: "a" }]);
  });

  it("rejects an answer of the wrong shape", async () => {
    const { atPanel } = pair({ add: () => 1000 });
    await assert.rejects(atPanel.ask("add", { left: 1, right: 1 }), { code: "invalid_input" });
  });

  it("rejects what is unanswered when it is closed, and says nothing afterwards", async () => {
    const { atHost, atPanel, sent } = pair({ add: () => new Promise<number>(() => undefined) });
    const asked = atPanel.ask("add", { left: 1, right: 1 });
    atPanel.close();
    await assert.rejects(asked, { code: "cancelled" });
    await assert.rejects(atPanel.ask("fail"), { code: "cancelled" });
    atHost.close();
    const before = sent.length;
    atHost.tell("shown", "late");
    await atHost.receive({ type: "request", id: 1, name: "fail" });
    assert.equal(sent.length, before);
  });

  it("accepts a surface only of requests and notifications", () => {
    // @ts-expect-error a bare shape is neither
    const wrong: Surface = { add: nothing };
    assert.ok(wrong);
  });
});
