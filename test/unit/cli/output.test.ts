import assert from "node:assert/strict";
import { plain, plainText, printJson, printTable } from "../../../server/cli/output.ts";

describe("the CLI's output", () => {
  it("shows a stranger's title in one line and one direction, without steering the terminal", () => {
    const title = "\u001b]0;owned\u0007\u001b[31mRed\u001b[0m \u202Egnp.exe\u2066 a\r\nb\u2028c\u0085d\u0000";
    assert.equal(plain(title).trim(), "Red gnp.exe a  b c d");
  });

  it("keeps the lines of a text, and letters of every script", () => {
    assert.equal(plainText("مرحبا\r\n\tשלום\u200F\u001b[2J"), "مرحبا\n\tשלום");
  });

  it("steers nothing as JSON either, and loses nothing", () => {
    const value = { title: "\u009b2J\u007f \u202Egnp.exe \u2066a\u2028b\u0085 שלום \u001b[31m" };
    let written = "";
    printJson({ out: (text) => (written += text), err: () => undefined }, value);
    assert.deepEqual(JSON.parse(written), value);
    assert.equal(written, plainText(written));
    assert.ok(written.includes("\\u009b2J") && written.includes("שלום"));
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
