import assert from "node:assert/strict";
import { validateBranchName } from "../../../shared/rules/names.ts";
import { makePerson } from "./fixture.ts";

/** Our rule in code against git's own answer: what we take, git takes; what git takes, we take but for a few. */
describe("branch names and git check-ref-format", () => {
  it("agree", async () => {
    await using person = await makePerson();
    const odd = [
      " ",
      "~",
      "^",
      ":",
      "?",
      "*",
      "[",
      "\\",
      "..",
      "@{",
      "@",
      ".",
      "/",
      "//",
      "-",
      ".lock",
      "\u007F",
      "\u0001",
    ];
    const plain = [
      "'",
      '"',
      "$",
      ";",
      "&",
      "|",
      "(",
      ")",
      "<",
      "!",
      "#",
      "%",
      "=",
      ",",
      "{",
      "}",
      "ü",
      "標",
      "\u202E",
      "\u00A0",
    ];
    const names = [...odd, ...plain].flatMap((part) => [part, `a${part}b`, `${part}b`, `a${part}`, `a/${part}/b`]);
    // Stricter than git on purpose, where a name would be taken for something else.
    const stricter = new Set(["HEAD", "@"]);
    for (const name of [...names, ...stricter]) {
      const { exitCode } = await person.user.run(["git", "check-ref-format", "--branch", name], { check: false });
      assert.equal(taken(name), exitCode === 0 && !stricter.has(name), JSON.stringify(name));
    }
  });
});

function taken(name: string): boolean {
  try {
    validateBranchName(name);
    return true;
  } catch (error) {
    assert.equal((error as { code?: string }).code, "invalid_input");
    return false;
  }
}
