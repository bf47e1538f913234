import assert from "node:assert/strict";
import { plain, plainText, printTable } from "../../../server/cli/output.ts";

describe("the CLI's output", () => {
  it("shows a stranger's title in one line and one direction, without steering the terminal", () => {
    const title = "\u001b]0;owned\u0007\u001b[31mRed\u001b[0m \u202Egnp.exe\u2066 a\r\nb\u2028c\u0085d\u0000";
    assert.equal(plain(title).trim(), "Red gnp.exe a  b c d");
  });

  it("keeps the lines of a text, and letters of every script", () => {
    assert.equal(plainText("مرحبا\r\n\tשלום\u200F\u001b[2J"), "مرحبا\n\tשלום");
  });

  it("keeps a row a row", () => {
    let written = "";
    printTable(
      { out: (text) => (written += text), err: () => undefined },
      ["ID", "TITLE"],
      [["1", "a\nclosed\u202Eb"]],
    );
    assert.equal(written, "ID  TITLE\n1   a closedb\n");
  });
});
