import assert from "node:assert/strict";
import { fenceFor, neutraliseLine, neutraliseText, visibleControls } from "../../../shared/rules/untrusted-text.ts";
import { hostileText, randomOf } from "./documents.ts";

describe("untrusted text", () => {
  it("breaks marker strings and HTML comments, also those hidden by invisible characters", () => {
    for (const marker of [
      "<!-- issue-context:end -->",
      "<!\u200B-- aiops-base\u2060:end --\u00AD>",
      "<!--!>",
      "<!-->",
      "--!>",
    ]) {
      const harmless = neutraliseText(marker);
      assert.doesNotMatch(harmless, /<!--|-->|--!>|(?:issue-context|aiops-base):/u, marker);
    }
    assert.equal(neutraliseText("a --> b <!-- c"), "a -- > b <! -- c");
  });

  it("disarms imports wherever a reader may see them, and keeps addresses readable", () => {
    assert.equal(neutraliseText("@~/.ssh/id_rsa"), "＠~/.ssh/id_rsa");
    assert.equal(
      neutraliseText("see (@./secrets.md) and\u00A0@/etc/passwd"),
      "see (＠./secrets.md) and\u00A0＠/etc/passwd",
    );
    assert.equal(neutraliseText("\u200B@\u200B.env x@~/y @@a"), "＠.env x＠~/y ＠＠a");
    assert.equal(neutraliseText("ada@example.org, pkg@1.2, git@host:a/b"), "ada@example.org, pkg@1.2, git@host:a/b");
    assert.equal(neutraliseText("thanks @octocat, at 5 @ 6"), "thanks ＠octocat, at 5 @ 6");
    assert.equal(neutraliseText("```\n@inside/code.md\n```"), "```\n＠inside/code.md\n```");
  });

  it("shows control characters and removes what is drawn as nothing", () => {
    assert.equal(neutraliseText("\u001b[31mred\u0007\u007f\u009b"), "␛[31mred␇␡\uFFFD");
    assert.equal(neutraliseText("a\u202Eb\u2066c\u200Bd\uFEFFe\u{E0041}f"), "abcdef");
    assert.equal(neutraliseText("a\r\nb\rc\u2028d\te"), "a\nb\nc\nd\te");
    assert.equal(neutraliseText("\uD800x"), "\uFFFDx");
  });

  it("is shown in a terminal without driving it", () => {
    assert.equal(visibleControls("a\u001b[2J\r\nb\rc\u009b@d\t"), "a␛[2J\nb␍c\uFFFD@d\t");
  });

  it("makes one bounded line of names and titles", () => {
    assert.equal(neutraliseLine("  a\n@b\u0000  c ", 50), "a ＠b␀ c");
    assert.equal(neutraliseLine("x".repeat(1000), 10), "xxxxxxxxx…");
    assert.equal(neutraliseLine(`${"x".repeat(8)}🚀🚀`, 10), "xxxxxxxx…");
  });

  it("fences with more than any run inside, of a bounded length", () => {
    assert.equal(fenceFor(["a"]), "```");
    assert.equal(fenceFor(["a ```` b", "~~~~~~"]), "```````");
    assert.equal(fenceFor([neutraliseText("`".repeat(100_000))]).length, 65);
  });

  it("changes nothing that is harmless already", () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const once = neutraliseText(hostileText(randomOf(seed), 40));
      assert.equal(neutraliseText(once), once, `seed ${String(seed)}`);
      const line = neutraliseLine(once, 60);
      assert.equal(neutraliseLine(line, 60), line, `seed ${String(seed)}`);
    }
  });

  it("takes linear time on a megabyte of anything", () => {
    const pieces = [
      "@",
      "<!--",
      "<",
      "-",
      "`",
      "~",
      " ",
      "\n",
      "a",
      "\u0000",
      "\u200B",
      "0",
      "<!-",
      "@a",
      "a@",
      "issue-context",
      "` ",
    ];
    for (const piece of pieces) {
      const long = piece.repeat(Math.ceil(1_000_000 / piece.length));
      const started = process.cpuUsage();
      fenceFor([neutraliseText(long)]);
      neutraliseLine(long, 300);
      // Quadratic time would be minutes; the bound leaves room for a busy machine.
      assert.ok(process.cpuUsage(started).user < 3_000_000, `slow for ${JSON.stringify(piece)}`);
    }
  });
});
