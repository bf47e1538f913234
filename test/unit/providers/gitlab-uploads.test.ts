import assert from "node:assert/strict";
import { absoluteUploads, relativeUploads } from "../../../server/providers/gitlab/uploads.ts";

const project = "https://host.example/gitlab/acme/widgets";
const file = "/uploads/0123456789abcdef0123456789abcdef/a%20shot.png";

describe("files in GitLab's texts", () => {
  const texts: Array<[relative: string, absolute: string]> = [
    [`![x](${file})`, `![x](${project}${file})`],
    [`${file} and [y](${file} "title")`, `${project}${file} and [y](${project}${file} "title")`],
    [`<img src="${file}">`, `<img src="${project}${file}">`],
    ["$& $1 no file", "$& $1 no file"],
  ];
  for (const [relative, absolute] of texts) {
    it(`are named in full and back: ${relative}`, () => {
      assert.equal(absoluteUploads(relative, project), absolute);
      assert.equal(relativeUploads(absolute, project), relative);
      assert.equal(relativeUploads(relative, project), relative);
      assert.equal(absoluteUploads(absolute, project), absolute);
    });
  }

  const others = [
    "/uploads/short/a.png",
    "/uploads/0123456789ABCDEF0123456789ABCDEF/a.png",
    `https://elsewhere.example${file}`,
    `https://elsewhere.example/acme${file}`,
    `../..${file}`,
    "/uploads/",
  ];
  for (const text of others) {
    it(`are not mistaken: ${text}`, () => {
      assert.equal(absoluteUploads(text, project), text);
      assert.equal(relativeUploads(text, project), text);
    });
  }

  it("take no time to find in long texts", () => {
    const began = performance.now();
    for (const text of ["/uploads/".repeat(100_000), "/".repeat(1_000_000), `${project}/uploads/`.repeat(20_000)]) {
      assert.equal(absoluteUploads(text, project), text);
      assert.equal(relativeUploads(text, project), text);
    }
    assert.ok(performance.now() - began < 2000);
  });
});
