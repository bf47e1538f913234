import assert from "node:assert/strict";
import type { Metafile } from "esbuild";
import { eagerBytes } from "../../../scripts/build/eager.ts";

type Output = Metafile["outputs"][string];

function output(bytes: number, imports: Output["imports"]): Output {
  return { bytes, imports, inputs: {}, exports: [] };
}

const meta: Metafile = {
  inputs: {},
  outputs: {
    "dist/extension.js": output(1, [
      { path: "vscode", kind: "import-statement", external: true },
      { path: "dist/shared.js", kind: "import-statement" },
      { path: "dist/heavy.js", kind: "dynamic-import" },
    ]),
    "dist/shared.js": output(10, [{ path: "dist/deep.js", kind: "import-statement" }]),
    "dist/deep.js": output(100, [{ path: "dist/shared.js", kind: "import-statement" }]),
    "dist/heavy.js": output(1000, []),
  },
};

describe("eagerBytes", () => {
  it("counts the entry and what it imports statically, each once, and nothing loaded later", () => {
    assert.equal(eagerBytes(meta, "dist/extension.js"), 111);
  });

  it("refuses an entry that was not built", () => {
    assert.throws(() => eagerBytes(meta, "dist/other.js"), /not an output/);
  });
});
