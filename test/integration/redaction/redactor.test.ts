import assert from "node:assert/strict";
import { redactTexts } from "../../../server/redaction/engine.ts";
import { nothingKnown } from "../../../server/redaction/known-entities.ts";
import { Redactor, type RedactorOptions } from "../../../server/redaction/redactor.ts";
import { withCode } from "../../support/error-code.ts";

const patient = { startMs: 60_000, deadlineMs: 60_000 };
const call = (text: string) => ({ texts: [text], policy: "phi" as const, known: nothingKnown });

describe("the redaction thread", function () {
  this.timeout(90_000);
  const open: Redactor[] = [];
  const start = (options: RedactorOptions) => {
    const redactor = new Redactor(options);
    open.push(redactor);
    return redactor;
  };
  afterEach(async () => {
    await Promise.all(open.splice(0).map((redactor) => redactor.close()));
  });

  it("answers as the engine does, several calls one after the other", async () => {
    const redactor = start(patient);
    const texts = ["John Smith, a@x.org", "219-09-9988", "nothing"];
    const answers = await Promise.all(texts.map((text) => redactor.redact(call(text))));
    assert.deepEqual(
      answers,
      texts.map((text) => redactTexts(call(text))),
    );
  });

  it("refuses more than its limit, and gives nothing back", async () => {
    const redactor = start({ ...patient, limit: 10 });
    await assert.rejects(redactor.redact(call("a@x.org and")), withCode("too_large"));
    await assert.rejects(
      redactor.redact({ ...call(""), texts: ["123456", "12345"] }),
      withCode("too_large"),
      "all texts together count",
    );
    assert.equal((await redactor.redact(call("a@x.org"))).texts[0]?.text, "<EMAIL_ADDRESS>");
  });

  it("refuses what takes longer than the deadline, and works on with a new thread", async () => {
    const redactor = start({ ...patient, deadlineMs: 1 });
    await assert.rejects(redactor.redact(call("John Smith ".repeat(80_000))), withCode("timeout"));
    const next = start(patient);
    assert.equal((await next.redact(call("a@x.org"))).texts[0]?.text, "<EMAIL_ADDRESS>");
  });

  it("refuses after it was closed", async () => {
    const redactor = start(patient);
    await redactor.close();
    await assert.rejects(redactor.redact(call("a@x.org")), withCode("unavailable"));
  });

  const many = 200_000;
  for (const [name, text] of Object.entries({
    digits: "1".repeat(many),
    "digits with spaces": "1 ".repeat(many / 2),
    "digits with dots": "1.".repeat(many / 2),
    "digits with dashes": "12-".repeat(many / 3),
    "at signs": "@".repeat(many),
    "letters and at signs": "a@".repeat(many / 2),
    "letters and dots": `${"a.".repeat(many / 2)}@`,
    "one long word": `${"a".repeat(many)}@`,
    colons: ":".repeat(many),
    "hexadecimal groups": "a:".repeat(many / 2),
    "words with capitals": "Ab ".repeat(many / 3),
    names: "John Smith ".repeat(many / 11),
    spaces: " ".repeat(many),
    ampersands: "&".repeat(many),
    "entities in entities": `${"&amp;".repeat(many / 5)}#64;`,
    backslashes: "\\".repeat(many),
    brackets: "[".repeat(many),
    accents: `e${"\u0301".repeat(many)}`,
    "zero-width characters": "\u200b".repeat(many),
    streets: "1 Ab ".repeat(many / 5),
  })) {
    it(`answers or refuses ${String(many)} characters of ${name}`, async () => {
      const redactor = start({ startMs: 60_000, deadlineMs: 20_000 });
      const { texts } = await redactor.redact(call(`${text}\nmail a@x.org now`));
      assert.match(texts[0]?.text ?? "", /mail <EMAIL_ADDRESS(?:_\d+)?> now$/u);
    });
  }
});
