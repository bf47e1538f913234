import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { runAgentContext, type AgentContextArguments } from "../../../server/cli/agent-context.ts";
import { AppError } from "../../../shared/errors.ts";
import { makePerson, makeRemote, type Person } from "../host/fixture.ts";

describe("aiops agent-context", () => {
  let person: Person;
  let tree: string;

  beforeEach(async () => {
    person = await makePerson();
    const { url } = await makeRemote(person);
    tree = path.join(person.home, "clone");
    await person.user.git.clone(url, tree, { allowFile: true });
    await mkdir(path.join(tree, "src"));
  });
  afterEach(() => person[Symbol.asyncDispose]());

  async function run(args: AgentContextArguments, input = "", cwd = path.join(tree, "src")): Promise<string> {
    const lines: string[] = [];
    await runAgentContext(args, {
      user: person.user,
      cwd,
      readInput: () => Promise.resolve(input),
      print: (line) => lines.push(line),
    });
    return lines.join("\n");
  }

  const text = (): Promise<string> => readFile(path.join(tree, "AGENTS.override.md"), "utf8");

  it("writes, appends and clears from a folder below the top of the clone", async () => {
    const write = { action: "write", issue: "#12", title: "Keep the session" } as const;
    assert.match(
      await run({ ...write, preview: true }, "The text @./x"),
      /\+title: Keep the session\n[^]*\d+ of 32768 bytes$/,
    );
    await assert.rejects(text(), { code: "ENOENT" });
    assert.match(await run(write, "The text @./x"), /^Wrote .*\/AGENTS\.override\.md\n\d+ of 32768 bytes$/);
    assert.match(await text(), /\nissue: #12\ntitle: Keep the session\n[^]*\nThe text ＠\.\/x\n/);
    assert.match(await run({ action: "append" }, "A note\n"), /^Wrote/);
    assert.match(await text(), /\n### Notes\n\nA note\n/);
    assert.match(await run({ action: "clear", issue: "#13" }), /^Nothing to clear/);
    assert.match(await run({ action: "clear" }), /^Cleared/);
    await assert.rejects(text(), { code: "ENOENT" });
    assert.equal(await person.git(tree, "status", "--porcelain"), "");
  });

  it("says what was left out", async () => {
    assert.match(
      await run({ action: "write", issue: "12" }, "x".repeat(100_000)),
      /\nLeft out: the description after \d+ of 100000 bytes$/,
    );
  });

  it("says what is missing", async () => {
    const invalid = (words: RegExp) => (error: unknown) =>
      error instanceof AppError && error.code === "invalid_input" && words.test(error.message);
    await assert.rejects(run({ action: "write" }, "text"), invalid(/--issue ID/));
    await assert.rejects(run({ action: "append" }, " \n"), invalid(/no notes/));
    await assert.rejects(run({ action: "clear" }, "", person.base), invalid(/in no git clone/));
  });
});
