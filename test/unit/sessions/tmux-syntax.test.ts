import assert from "node:assert/strict";
import { exactTarget, harmlessText, tmuxFormatWord, tmuxWord } from "../../../server/host/tmux-syntax.ts";
import { AppError } from "../../../shared/errors.ts";

describe("tmux's language", () => {
  it("quotes words so that nothing in them counts", () => {
    assert.equal(tmuxWord('a $b; #{c} \\ "d"'), "'a $b; #{c} \\ \"d\"'");
    assert.equal(tmuxWord("it's"), `'it'\\''s'`);
    assert.equal(tmuxFormatWord("#{pid} #(x)"), "'##{pid} ##(x)'");
  });

  for (const end of ["\n", "\r", "\0"]) {
    it(`refuses ${JSON.stringify(end)}, which would end the command`, () => {
      assert.throws(
        () => tmuxWord(`a${end}kill-server`),
        (error) => error instanceof AppError && error.code === "invalid_input",
      );
    });
  }

  it("names a session exactly", () => {
    assert.equal(exactTarget("ab"), "=ab:");
  });

  it("makes every control character visible, but line ends and tabs", () => {
    assert.equal(harmlessText("a\tb\r\nc\rd\ne"), "a\tb\nc\nd\ne");
    assert.equal(harmlessText("\u001b[201~\u0000\u0007\u007f\u009b"), "␛[201~␀␇␡\ufffd");
    assert.equal(harmlessText("日本 🙂 \ud800"), "日本 🙂 \ufffd");
  });
});
