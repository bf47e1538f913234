import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { unifiedDiff } from "../../../../server/context/diff.ts";
import { applyUnifiedDiff, diffOfFile } from "../../../../extension/commands/unified-diff.ts";

/** The diff as git writes it. */
async function gitDiff(before: string, after: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "aiops-diff-"));
  try {
    await writeFile(join(folder, "a"), before);
    await writeFile(join(folder, "b"), after);
    const { stdout } = await promisify(execFile)("git", ["diff", "--no-index", "a", "b"], { cwd: folder }).catch(
      (error: { code?: number; stdout: string }) => {
        // git answers 1 where there is a difference.
        if (error.code !== 1) throw error;
        return error;
      },
    );
    return stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const numbers = Array.from({ length: 40 }, (_, index) => `line ${index}\n`);

describe("applyUnifiedDiff", () => {
  const cases: Record<string, [before: string, after: string]> = {
    "a new file": ["", "one\ntwo\n"],
    "an emptied file": ["one\ntwo\n", ""],
    "several hunks": [numbers.join(""), numbers.with(2, "two\n").toSpliced(30, 3).join("")],
    "lines at the end": [numbers.join(""), `${numbers.join("")}more\nand more\n`],
    "no newline at the end, before and after": ["one\ntwo", "one\nthree"],
    "a newline that joined the end": ["one\ntwo", "one\ntwo\n"],
    "a newline that left the end": ["one\ntwo\n", "one\ntwo"],
    "lines that look like a diff": ["--- a\n+++ b\n@@ -1 +1 @@\n-x\n", "--- a\n+++ c\n@@ -2 +2 @@\n-x\n\\ y\n"],
    "an empty line in the middle": ["one\n\n\ntwo\n", "one\n\nthree\n\ntwo\n"],
  };
  for (const [name, [before, after]] of Object.entries(cases)) {
    it(`gives what git's diff was made for: ${name}`, async () => {
      assert.equal(applyUnifiedDiff(before, await gitDiff(before, after)), after);
    });
  }

  it("refuses a diff that was made from another text", async () => {
    const diff = await gitDiff("one\ntwo\n", "one\nthree\n");
    assert.throws(() => applyUnifiedDiff("one\nfour\n", diff), { name: "AppError", code: "conflict" });
  });
});

describe("diffOfFile", () => {
  // As the server answers for a clone in which no context was written yet.
  const context = "--- old\n+++ b/CLAUDE.local.md\n@@ -1 +1 @@\n";
  const diff = [
    unifiedDiff("AGENTS.override.md", undefined, context),
    unifiedDiff("CLAUDE.local.md", undefined, "@AGENTS.override.md"),
    unifiedDiff(".gemini/settings.json", "{}\n", "{ }\n"),
  ].join("");

  it("takes one file out of a diff of several", () => {
    assert.equal(applyUnifiedDiff("", diffOfFile(diff, "AGENTS.override.md")), context);
    assert.equal(applyUnifiedDiff("", diffOfFile(diff, "CLAUDE.local.md")), "@AGENTS.override.md");
    assert.equal(applyUnifiedDiff("{}\n", diffOfFile(diff, ".gemini/settings.json")), "{ }\n");
  });

  it("is empty for a file that does not change", () => {
    assert.equal(diffOfFile(diff, "GEMINI.md"), "");
    assert.equal(applyUnifiedDiff("kept\n", ""), "kept\n");
  });
});
