import assert from "node:assert/strict";
import { redactTexts, type Redaction } from "../../../server/redaction/engine.ts";
import { nothingKnown, type KnownEntities } from "../../../server/redaction/known-entities.ts";
import { stricterPolicy } from "../../../shared/rules/redaction.ts";
import type { RedactionPolicy } from "../../../shared/entities/project.ts";

function all(
  texts: readonly string[],
  policy: RedactionPolicy = "phi",
  known: KnownEntities = nothingKnown,
): Redaction {
  return redactTexts({ texts, policy, known });
}
function redact(text: string, policy: RedactionPolicy = "phi", known: KnownEntities = nothingKnown): string {
  return all([text], policy, known).texts[0]?.text ?? assert.fail("no text came back");
}

describe("redaction", () => {
  it("writes placeholders as the specification has them, numbered, the same value always alike", () => {
    assert.equal(redact("John Smith"), "John S.");
    assert.equal(redact("john@x.org"), "<EMAIL_ADDRESS>");
    assert.equal(
      redact("from ann@x.org to bob@x.org, cc ANN@x.org"),
      "from <EMAIL_ADDRESS> to <EMAIL_ADDRESS_2>, cc <EMAIL_ADDRESS>",
    );
    assert.equal(redact("Call 212-555-0187 or +1 (212) 555 0187."), "Call <PHONE_NUMBER> or <PHONE_NUMBER>.");
    assert.equal(
      redact("John Smith and Mary Jones; Smith left. John Stone stays."),
      "John S. and Mary J.; John S. left. John S. (2) stays.",
    );
  });

  it("numbers a value alike in all texts of one document, and counts", () => {
    const { texts, counts } = all(["a@x.org", "b@x.org and a@x.org", "SSN 219-09-9988"]);
    assert.deepEqual(
      texts.map(({ text }) => text),
      ["<EMAIL_ADDRESS>", "<EMAIL_ADDRESS_2> and <EMAIL_ADDRESS>", "SSN <US_SSN>"],
    );
    assert.deepEqual(counts, { EMAIL_ADDRESS: 3, US_SSN: 1 });
  });

  it("says what each replacement covers in the text as it was given", () => {
    const text = "Write to j&#64;x.org\u200b today";
    const [one] = all([text]).texts;
    assert.deepEqual(one?.replacements, [
      { kind: "EMAIL_ADDRESS", start: 9, end: 18 + 2, replacement: "<EMAIL_ADDRESS>" },
    ]);
    assert.equal(one.text, "Write to <EMAIL_ADDRESS>\u200b today");
  });

  const everything =
    "John Smith, j@x.org, 212-555-0187, SSN 219-09-9988, 2026-03-01, Berlin, DEA AB1234563, " +
    "driver's license D1234567, passport C03005988, 4111111111111111, 10.0.0.1";
  it("replaces what each policy names", () => {
    assert.equal(redact(everything, "none"), everything);
    assert.equal(
      redact(everything),
      "John S., <EMAIL_ADDRESS>, <PHONE_NUMBER>, SSN <US_SSN>, <DATE_TIME>, <LOCATION>, DEA <MEDICAL_LICENSE>, " +
        "driver's license <US_DRIVER_LICENSE>, passport <US_PASSPORT>, <CREDIT_CARD>, <IP_ADDRESS>",
    );
    assert.equal(
      redact(everything, "cjis"),
      "John S., j@x.org, 212-555-0187, SSN <US_SSN>, <DATE_TIME>, <LOCATION>, DEA AB1234563, " +
        "driver's license <US_DRIVER_LICENSE>, passport C03005988, 4111111111111111, <IP_ADDRESS>",
    );
  });

  it("takes a stricter policy that is asked for, never a looser one", () => {
    assert.deepEqual(
      (["none", "cjis", "phi"] as const).map((asked) => stricterPolicy("cjis", asked)),
      ["cjis", "cjis", "phi"],
    );
    assert.equal(stricterPolicy("phi", "none"), "phi");
    assert.equal(stricterPolicy("none", undefined), "none");
  });

  describe("of what is known", () => {
    const known: KnownEntities = {
      people: [
        { name: "Zbyněk O'Hara-Quist", emails: ["z.ohara@corp.example"], handles: ["zoq77"] },
        { name: "Ada Brown", emails: [], handles: ["ada"] },
      ],
      places: ["Acme Health", "Demo"],
      hosts: ["build7.corp.example", "10.9.8.7"],
    };
    for (const [text, expected] of [
      ["zbynek o'hara-quist", "Zbyněk O."],
      ["ZBYNĚK O’HARA-QUIST", "Zbyněk O."],
      ["O'Hara-Quist, Zbyněk", "Zbyněk O."],
      ["Z. O'Hara-Quist and o'hara-quist", "Zbyněk O. and Zbyněk O."],
      ["Zbyněk\nO'Hara-\nQuist", "Zbyněk O."],
      ["Zby\u200bněk O'Ha\u00adra-Quist", "Zbyněk O."],
      ["by Z.O. on it", "by Zbyněk O. on it"],
      ["assigned to ZO, done", "assigned to Zbyněk O., done"],
      ["/home/zoq77/x", "/home/Zbyněk O./x"],
      ["Z.Ohara@Corp.Example", "<EMAIL_ADDRESS>"],
      ["ada brown fixed the brown button; Brown said so", "Ada B. fixed the brown button; Ada B. said so"],
      ["adabrown, a.brown, brown_ada", "Ada B., Ada B., Ada B."],
      ["ACME health and acmehealth", "<LOCATION> and <LOCATION>"],
      ["a demo at Demo", "a demo at <LOCATION>"],
      ["ssh BUILD7.corp.example; ping build7", "ssh <LOCATION>; ping <LOCATION>"],
      ["ping 10.9.8.7", "ping <IP_ADDRESS>"],
      [String.raw`{"by":"Zbyn\u011bk O'Hara-Quist"}`, `{"by":"Zbyněk O."}`],
    ] as const) {
      it(`replaces ${JSON.stringify(text)}`, () => assert.equal(redact(text, "phi", known), expected));
    }
    it("replaces known e-mail addresses under the policy that leaves others", () => {
      assert.equal(redact("z.ohara@corp.example, b@x.org", "cjis", known), "<EMAIL_ADDRESS>, b@x.org");
    });
  });

  describe("behind tricks", () => {
    for (const [name, text, expected] of [
      ["zero-width characters", "jo\u200bhn@ex\u2060ample.org", "<EMAIL_ADDRESS>"],
      ["HTML entities", "john&#64;example&period;org &#x31;0&#46;0.0.1", "<EMAIL_ADDRESS> <IP_ADDRESS>"],
      ["entities in entities", "john&amp;#64;example.org", "<EMAIL_ADDRESS>"],
      ["full-width letters", "ｊｏｈｎ＠ｅｘａｍｐｌｅ．ｏｒｇ", "<EMAIL_ADDRESS>"],
      ["full-width digits", "SSN ２１９-０９-９９８８", "SSN <US_SSN>"],
      ["mathematical letters", "𝐉𝐨𝐡𝐧 𝐒𝐦𝐢𝐭𝐡", "John S."],
      ["Cyrillic letters among Latin ones", "Jоhn Smіth", "John S."],
      ["accents apart", "José Garci\u0301a", "José G."],
      [
        "other dashes and spaces",
        "219\u201109\u20119988 and 4111\u00a01111\u00a01111\u00a01111",
        "<US_SSN> and <CREDIT_CARD>",
      ],
      ["URL encoding", "?to=john%40example.org", "?to=<EMAIL_ADDRESS>"],
      ["a broken line", "john.smith@exam-\nple.org", "<EMAIL_ADDRESS>"],
      ["a line's end in a number", "SSN 219-09-\n9988, card 4111 1111 1111\n1111", "SSN <US_SSN>, card <CREDIT_CARD>"],
      ["quoted-printable", "john@exam=\nple.org", "<EMAIL_ADDRESS>"],
      ["words for signs", "john [at] example [dot] org", "<EMAIL_ADDRESS>"],
      ["defanged addresses", "10[.]0[.]0[.]1", "<IP_ADDRESS>"],
    ] as const) {
      it(`finds ${name}`, () => assert.equal(redact(text), expected));
    }
  });

  it("keeps JSON what it is, numbers, nested JSON and lines of it too", () => {
    const inner = JSON.stringify({ mail: "a@x.org", line: "John Smith\n10.0.0.1" });
    const text = JSON.stringify({ ssn: 4111111111111111, body: inner, tab: "C:\\temp", list: ["b@x.org"] });
    const back = JSON.parse(redact(text)) as { ssn: string; body: string; tab: string; list: string[] };
    assert.equal(back.ssn, "<CREDIT_CARD>");
    assert.deepEqual(JSON.parse(back.body), { mail: "<EMAIL_ADDRESS>", line: "John S.\n<IP_ADDRESS>" });
    assert.equal(back.tab, "C:\\temp");
    assert.deepEqual(back.list, ["<EMAIL_ADDRESS_2>"]);
    const lines = redact(`{"card":4111111111111111}\n{"x":"John\\u0020Smith"}`).split("\n");
    assert.deepEqual(
      lines.map((line) => JSON.parse(line) as unknown),
      [{ card: "<CREDIT_CARD>" }, { x: "John S." }],
    );
  });

  for (const text of [
    "Bump libphonenumber-js from 1.12.3 to 1.13.16 (#4821)",
    "std::vector<int> a; Foo::bar(); version 1.2.3.4; v10.0.0.1",
    "at async Promise.all (index 0) node:internal/process/task_queues:105:5",
    "commit 8a5292a1b2c3d4e5f60718293a4b5c6d7e8f9012",
    "order 4111111111111112 has 1234567890123456 points; id 550e8400-e29b-41d4-a716-446655440000",
    "Deploy to Kubernetes with Helm; GitHub Actions and Visual Studio Code fail on Windows Server",
    "user@ is no address and @types/node is a package, 3/4 of them",
    "",
  ]) {
    it(`leaves ${JSON.stringify(text.slice(0, 40))}`, () => assert.equal(redact(text), text));
  }

  it("changes nothing that it has already replaced", () => {
    const once = redact(everything);
    assert.equal(redact(once), once);
  });
});
