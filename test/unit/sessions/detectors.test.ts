import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { detect, type Observation } from "../../../server/sessions/detectors/index.ts";

const folder = new URL("../../fixtures/screens/", import.meta.url);

const seen: Observation = { screen: "", title: "", dead: false, exitStatus: null, foreground: true, quietMs: 0 };

/** A captured screen: `name: value` lines, a line `---`, then the screen as tmux printed it. */
function fixture(name: string) {
  const text = readFileSync(new URL(name, folder), "utf8");
  const end = text.indexOf("\n---\n");
  const header = new Map(
    text
      .slice(0, end)
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]),
  );
  const value = (key: string) => header.get(key) ?? "";
  const exit = value("exit");
  return {
    tool: value("cli").split(" ")[0] ?? "",
    version: value("cli").split(" ")[1] ?? "",
    expected: value("expect"),
    question: value("question"),
    observation: {
      ...seen,
      screen: text.slice(end + 5),
      title: value("title"),
      dead: exit !== "",
      exitStatus: exit === "" ? null : Number(exit),
    },
  };
}

describe("detectors on captured screens", () => {
  const names = readdirSync(folder).sort();

  it("has screens of all three tools, with the version they were seen on", () => {
    const tools = new Set(names.map((name) => fixture(name).tool));
    assert.deepEqual([...tools].sort(), ["claude", "codex", "gemini"]);
    for (const name of names) assert.match(fixture(name).version, /^\d+\.\d+\.\d+$/, name);
  });

  for (const name of names) {
    const { tool, expected, question, observation } = fixture(name);

    it(`${name}: ${expected}`, () => {
      const detection = detect(tool, observation);
      assert.equal(detection.status, expected);
      assert.equal(detection.question ?? "", question);
    });

    it(`${name}: the same, or unknown, without the title`, () => {
      const { status } = detect(tool, { ...observation, title: "" });
      assert.ok(status === expected || status === "unknown", status);
    });
  }
});

describe("detectors", () => {
  it("says starting while nothing is on the screen yet", () => {
    for (const tool of ["claude", "codex", "gemini"]) {
      assert.equal(detect(tool, { ...seen, screen: "\n\n\n" }).status, "starting", tool);
    }
  });

  it("says unknown for a screen it can't read", () => {
    for (const tool of ["claude", "codex", "gemini"]) {
      assert.equal(detect(tool, { ...seen, screen: "Segmentation fault\n" }).status, "unknown", tool);
    }
  });

  it("says exited for any tool whose program ended, whatever the screen shows", () => {
    for (const tool of ["claude", "codex", "gemini", "shell", "aider"]) {
      const { status, source } = detect(tool, { ...seen, dead: true, screen: "esc to interrupt\n", title: "⠹ x" });
      assert.deepEqual({ status, source }, { status: "exited", source: "process" });
    }
  });

  it("takes what an agent writes in the conversation for conversation", () => {
    const said = "● It shows esc to interrupt, and asks Do you want to proceed?\n  1. Yes\n  2. No\n";
    const field = `\n${"─".repeat(40)}\n❯ \n${"─".repeat(40)}\n  ? for shortcuts\n`;
    assert.equal(detect("claude", { ...seen, screen: said + field }).status, "idle");
  });

  it("takes a numbered list typed into Claude's field for input, not for a choice", () => {
    const field = `${"─".repeat(40)}\n❯ 1. first\n  2. second\n${"─".repeat(40)}\n  ? for shortcuts\n`;
    assert.equal(detect("claude", { ...seen, screen: field }).status, "idle");
  });

  it("knows the words of other versions", () => {
    const codex = detect("codex", { ...seen, screen: "$ rm -rf build\n\nAllow command?\n\n" });
    assert.deepEqual(codex, { status: "waiting", source: "screen", question: "Allow command?" });
    const gemini = detect("gemini", { ...seen, screen: "⠏ Waiting for user confirmation...\n" });
    assert.equal(gemini.status, "waiting");
    const claude =
      "✻ Pondering… (12s · ↑ 1.2k tokens · esc to interrupt)\n\n╭──────╮\n│ >    │\n╰──────╯\n  ? for shortcuts\n";
    assert.equal(detect("claude", { ...seen, screen: claude }).status, "working");
  });

  it("tells a shell at its prompt from one that runs a command, and one that asks", () => {
    assert.equal(detect("shell", { ...seen, screen: "$ \n" }).status, "idle");
    assert.equal(detect("shell", { ...seen, foreground: false, screen: "$ sleep 9\n" }).status, "working");
    const sudo = detect("shell", { ...seen, foreground: false, screen: "$ sudo ls\n[sudo] password for ann: \n" });
    assert.deepEqual(sudo, { status: "waiting", source: "screen", question: "[sudo] password for ann:" });
    const apt = detect("shell", { ...seen, foreground: false, screen: "Do you want to continue? [Y/n] \n" });
    assert.equal(apt.status, "waiting");
  });

  it("takes any other command for working while it prints, and for idle when it is quiet", () => {
    assert.equal(detect("aider", { ...seen, screen: "x\n", quietMs: 100 }).status, "working");
    assert.equal(detect("aider", { ...seen, screen: "x\n", quietMs: 10_000 }).status, "idle");
  });
});
