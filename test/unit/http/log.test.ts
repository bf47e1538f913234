import assert from "node:assert/strict";
import { createLogger, type LogFields } from "../../../server/log.ts";
import { AppError } from "../../../shared/errors.ts";

describe("the log", () => {
  function logged(write: (log: ReturnType<typeof createLogger>) => void, level = "debug"): string {
    const lines: string[] = [];
    write(createLogger(level, { write: (line) => lines.push(line) }));
    return lines.join("");
  }

  it("drops every field that is not classed", () => {
    const fields = { operation: "tenants.create", token: "canary", headers: { authorization: "canary" } } as LogFields;
    const text = logged((log) => log.info(fields, "said"));
    assert.match(text, /"operation":"tenants\.create"/);
    assert.ok(!text.includes("canary"), text);
  });

  it("keeps of an error its words and cause, not what hangs on it", () => {
    const cause = Object.assign(new Error("refused"), { request: { headers: { authorization: "canary" } } });
    const error = new AppError("provider_failed", "It failed.", { cause, data: { token: "canary" } });
    const text = logged((log) => log.error({ err: error, code: error.code }, "failed"));
    assert.match(text, /It failed\./);
    assert.match(text, /refused/);
    assert.ok(!text.includes("canary"), text);
  });

  it("is JSON, a line each, and of the level asked for", () => {
    const text = logged((log) => {
      log.debug({}, "too little");
      log.warn({ count: 2 }, "line one\nline two");
    }, "info");
    const lines = text.trim().split("\n");
    assert.equal(lines.length, 1);
    const { level, msg, count } = JSON.parse(lines[0] ?? "") as Record<string, unknown>;
    assert.deepEqual({ level, msg, count }, { level: "warn", msg: "line one\nline two", count: 2 });
  });
});
