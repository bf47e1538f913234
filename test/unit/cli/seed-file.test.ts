import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { parseSeed, seedFile } from "../../../server/cli/seed-file.ts";

describe("docs/seed.md", () => {
  let text: string;
  let example: string;
  before(async () => {
    text = await readFile(new URL("../../../docs/seed.md", import.meta.url), "utf8");
    example = /```json\n([^`]+)```/.exec(text)?.[1] ?? assert.fail("there is no example");
  });

  it("has an example that is a seed file, with every field there is", () => {
    parseSeed(example);
    const shown = JSON.parse(example) as Record<string, Record<string, unknown>[]>;
    for (const [name, list] of Object.entries(seedFile.shape)) {
      const fields = Object.keys(list.unwrap().element.shape).sort();
      assert.deepEqual(Object.keys(shown[name]?.[0] ?? {}).sort(), fields, name);
    }
  });

  it("says of every field what it means", () => {
    for (const [name, list] of Object.entries(seedFile.shape)) {
      const section = text.split(`### ${name}\n`)[1]?.split("###")[0] ?? "";
      const explained = [...section.matchAll(/^\| \**(\w+)\** /gm)].map(([, field]) => field).slice(1);
      assert.deepEqual(new Set(explained), new Set(Object.keys(list.unwrap().element.shape)), name);
    }
  });
});

describe("a seed file", () => {
  const project = {
    tenant: "acme",
    slug: "website",
    name: "Website",
    repositoryUrl: "https://example.org/website.git",
  };
  const refused = (file: object, message: RegExp) => {
    assert.throws(() => parseSeed(JSON.stringify(file)), { code: "invalid_input", message });
  };

  it("is refused as a whole where a later entry's address or branch can't be used", () => {
    const other = { ...project, slug: "other" };
    refused(
      { projects: [project, { ...other, repositoryUrl: "git://example.org/x" }] },
      /projects\.1 \(other\): .*git:/,
    );
    refused({ projects: [project, { ...other, defaultBranch: "-f" }] }, /projects\.1 \(other\): /);
  });

  it("is refused where it has a name twice, or a field that is none", () => {
    refused({ projects: [project, { ...project, name: "Again" }] }, /the project website of acme twice/);
    refused({ projects: [{ ...project, repositoryURL: "" }] }, /repositoryURL/);
    parseSeed(JSON.stringify({ projects: [project, { ...project, tenant: "other" }] }));
  });
});
