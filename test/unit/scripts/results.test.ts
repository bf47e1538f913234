import assert from "node:assert/strict";
import { emptyResult, summary, timed } from "../../../scripts/testing/results.ts";

const green = { ...emptyResult("unit"), passed: 3 };
const skipping = { ...emptyResult("integration"), passed: 1, skips: [{ title: "as root", why: "needs root" }] };
const red = { ...emptyResult("types"), failures: [{ title: "types", detail: "line one\nline two" }] };

describe("the summary of a test run", () => {
  it("ends with the counts alone", () => {
    const { lines, ok } = summary([green, skipping], false);
    assert.equal(lines.at(-1), "4 passed, 0 failed, 1 skipped");
    assert.equal(ok, true);
  });

  it("lists what could not run with what is missing", () => {
    assert.ok(summary([skipping], false).lines.includes("  - as root: needs root"));
  });

  it("is a failure on CI when something was skipped", () => {
    assert.equal(summary([green, skipping], true).ok, false);
    assert.equal(summary([green], true).ok, true);
  });

  it("shows failures in full", () => {
    const { lines, ok } = summary([green, red], false);
    assert.equal(ok, false);
    assert.ok(lines.includes("    line two"));
    assert.equal(lines.at(-1), "3 passed, 1 failed, 0 skipped");
  });

  it("does not mention stages without tests", () => {
    assert.ok(!summary([green, emptyResult("webviews")], false).lines.some((line) => line.startsWith("webviews")));
  });

  it("counts a stage that throws as one failure", async () => {
    const result = await timed("build", () => Promise.reject(new Error("no entry")));
    assert.equal(result.failures.length, 1);
    assert.match(result.failures[0]?.detail ?? "", /no entry/);
  });
});
