// node scripts/docs.ts: writes what is generated from the sources. test/unit/http/reference.test.ts holds the files to it.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { apiReference } from "./docs/api-reference.ts";
import { environmentExample } from "./docs/environment-example.ts";
import { root } from "./setup/places.mjs";

const files = { "docs/reference/api.md": await apiReference(), ".env.example": environmentExample() };
for (const [name, text] of Object.entries(files)) {
  await mkdir(dirname(join(root, name)), { recursive: true });
  await writeFile(join(root, name), text);
  console.log(name);
}
