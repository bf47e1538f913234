import assert from "node:assert/strict";
import { addClaudeImport, removeClaudeImport } from "../../../server/context/claude-import.ts";
import {
  addToGeminiSettings,
  inheritedNames,
  removeFromGeminiSettings,
} from "../../../server/context/gemini-settings.ts";

const defaults = ["GEMINI.md"];

function added(existing: string | undefined, inherited = defaults): string {
  const edit = addToGeminiSettings(existing, inherited);
  assert.ok("text" in edit, "unchanged" in edit ? String(edit.unchanged) : "");
  return edit.text;
}

describe("Gemini settings", () => {
  it("names the override beside what Gemini read before", () => {
    for (const none of [undefined, "", "  \n"]) {
      assert.deepEqual(JSON.parse(added(none)), { context: { fileName: ["AGENTS.override.md", "GEMINI.md"] } });
    }
    assert.deepEqual(JSON.parse(added(undefined, ["TEAM.md"])), {
      context: { fileName: ["AGENTS.override.md", "TEAM.md"] },
    });
    assert.deepEqual(inheritedNames('{ "context": { "fileName": ["TEAM.md", "ME.md"] } }'), ["TEAM.md", "ME.md"]);
    for (const none of [undefined, "{}", "not json", '{"context": []}'])
      assert.deepEqual(inheritedNames(none), defaults);
  });

  it("keeps the person's settings, comments and layout", () => {
    const cases: [before: string, after: string][] = [
      ['{ "context": { "fileName": "TEAM.md" } }', '{ "context": { "fileName": ["TEAM.md", "AGENTS.override.md"] } }'],
      [
        '{"context":{"fileName":["A.md","B.md"]},"x":1}',
        '{"context":{"fileName":["A.md", "B.md", "AGENTS.override.md"]},"x":1}',
      ],
      ["{}", '{ "context": { "fileName": ["AGENTS.override.md", "GEMINI.md"] } }'],
      [
        '// mine {\n{\n  /* "context": */ "ui": { "theme": "a // b" }\n}\n',
        '// mine {\n{\n  "context": { "fileName": ["AGENTS.override.md", "GEMINI.md"] },\n  /* "context": */ "ui": { "theme": "a // b" }\n}\n',
      ],
      [
        '\uFEFF{\r\n\t"ui": "\\"{",\r\n\t"context": {\r\n\t\t"importFormat": "tree"\r\n\t}\r\n}\r\n',
        '\uFEFF{\r\n\t"ui": "\\"{",\r\n\t"context": {\r\n\t\t"fileName": ["AGENTS.override.md", "GEMINI.md"],\r\n\t\t"importFormat": "tree"\r\n\t}\r\n}\r\n',
      ],
    ];
    for (const [before, after] of cases) assert.equal(added(before), after, before);
  });

  it("does not need to change twice, and gives back what was there", () => {
    const files = [
      undefined,
      "{}",
      '{ "ui": {} }',
      '// mine\n{\n  "ui": { "theme": "x" }, // why\n  "context": {\n    "importFormat": "tree"\n  }\n}\n',
      '{ "context": { "fileName": ["TEAM.md"] } }',
      '{ "a": 1, "context": { "importFormat": "flat" } }',
    ];
    for (const before of files) {
      const after = added(before);
      assert.deepEqual(addToGeminiSettings(after, defaults), { unchanged: null });
      const removed = removeFromGeminiSettings(after, defaults);
      assert.ok("text" in removed);
      if (before === undefined || before === "{}") assert.equal(removed.empty, true);
      else assert.deepEqual([removed.text, removed.empty ?? false], [before, false]);
    }
    assert.deepEqual(removeFromGeminiSettings('{ "ui": {} }', defaults), { unchanged: null });
  });

  it("takes out only its own name where the person has gone on", () => {
    const removed = removeFromGeminiSettings(
      '{ "context": { "fileName": ["AGENTS.override.md", "GEMINI.md", "X.md"] } }',
      defaults,
    );
    assert.deepEqual(removed, { text: '{ "context": { "fileName": ["GEMINI.md", "X.md"] } }' });
    const last = removeFromGeminiSettings(
      '{ "a": 1, "context": { "b": 2, "fileName": "AGENTS.override.md" } }',
      defaults,
    );
    assert.deepEqual(last, { text: '{ "a": 1, "context": { "b": 2 } }' });
  });

  it("leaves alone what it cannot change without harm, and says why", () => {
    const reasons: [text: string, why: RegExp][] = [
      ["{ not json", /not valid JSON/],
      ['{ "a": 1, }', /not valid JSON/],
      ["[]", /JSON object/],
      ['{ "context": 3 }', /not an object/],
      ['{ "contextFileName": "A.md" }', /older setting/],
      ['{ "context": { "fileName": 3 } }', /neither a name nor a list/],
      ['{ "context": { "fileName": [/* a */ "A.md"] } }', /comments inside/],
    ];
    for (const [text, why] of reasons) {
      const edit = addToGeminiSettings(text, defaults);
      assert.match("unchanged" in edit ? String(edit.unchanged) : edit.text, why);
    }
  });
});

describe("the import for Claude", () => {
  it("is added once and taken out without a trace", () => {
    for (const before of ["", "mine", "mine\r\nmore\r\n", "\uFEFFmine\n", "see @AGENTS.override.md.\n"]) {
      const after = addClaudeImport(before);
      assert.ok(after !== null && after.split(/\r?\n|\uFEFF/).includes("@AGENTS.override.md"), before);
      assert.equal(addClaudeImport(after), null);
      assert.deepEqual(removeClaudeImport(after), { text: before, empty: before === "" });
    }
  });

  it("leaves an import of the person's own", () => {
    assert.equal(addClaudeImport("first\n@./AGENTS.override.md\n"), null);
    assert.equal(removeClaudeImport("first\n@AGENTS.override.md\n"), null);
  });
});
