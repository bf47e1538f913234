import assert from "node:assert/strict";
import { redactTexts } from "../../../server/redaction/engine.ts";
import { nothingKnown, type KnownEntities } from "../../../server/redaction/known-entities.ts";
import { measure, readLabelled } from "../../fixtures/redaction/labelled.ts";

/** The bar of the specification: of each kind, the share of spans that must be gone. */
const bar = new Map([
  ["EMAIL_ADDRESS", 0.97],
  ["US_SSN", 0.97],
  ["IP_ADDRESS", 0.97],
  ["CREDIT_CARD", 0.97],
  ["PHONE_NUMBER", 0.97],
  ["PERSON", 0.85],
]);
const otherWordsRemoved = 0.03;

const redactWith = (known: KnownEntities) => (text: string) => {
  const [redacted] = redactTexts({ texts: [text], policy: "phi", known }).texts;
  return redacted ?? assert.fail("no text came back");
};

describe("redaction of labelled text", () => {
  for (const half of ["tuning", "held-out"] as const) {
    it(`holds the bar on the ${half} half`, async () => {
      const { kinds, others, missed, removed } = measure(await readLabelled(half), redactWith(nothingKnown));
      for (const [kind, least] of bar) {
        const { all, gone } = kinds.get(kind) ?? assert.fail(`no ${kind} is labelled`);
        assert.ok(gone / all >= least, `${kind}: ${String(gone)} of ${String(all)}; left: ${missed.join("; ")}`);
      }
      assert.ok(others.all > 300);
      assert.ok(others.gone / others.all <= otherWordsRemoved, `removed: ${removed.join(" ")}`);
    });

    it(`removes every person of the ${half} half that is known, in any case`, async () => {
      const documents = await readLabelled(half);
      const people = documents
        .flatMap(({ text, spans }) =>
          spans.filter(({ kind }) => kind === "PERSON").map(({ start, end }) => text.slice(start, end)),
        )
        .map((name) => ({ name: name.replace(/^(?:Mrs|Dr)\. /u, ""), emails: [], handles: [] }))
        .filter(({ name }) => name.includes(" "));
      const known = { ...nothingKnown, people };
      const written = [
        (text: string) => text,
        (text: string) => text.toLowerCase(),
        (text: string) => text.toUpperCase(),
      ];
      for (const write of written) {
        const all = documents.map(({ text, spans }) => ({
          text: write(text),
          spans: spans.filter(({ kind, start, end }) => kind === "PERSON" && text.slice(start, end).includes(" ")),
        }));
        const { kinds, missed } = measure(all, redactWith(known));
        assert.deepEqual(missed, []);
        assert.ok((kinds.get("PERSON")?.all ?? 0) > 20);
      }
    });
  }
});
