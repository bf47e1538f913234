// Our clients' requests and the test servers' answers against the vendors' published descriptions and real data, which
// stand beside the checkout and are not part of the project.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { root } from "../setup/places.mjs";
import { mochaStage, testFiles } from "./mocha-stage.ts";
import { emptyResult, type StageResult } from "./results.ts";

/** Runs test/vendor where `../shared` stands; it is named to the tests by `AIOPS_TEST_SHARED`. */
export async function vendorStage(): Promise<StageResult> {
  const shared = resolve(root, "..", "shared");
  if (existsSync(shared)) return mochaStage("vendor", testFiles("test/vendor"), { AIOPS_TEST_SHARED: shared });
  console.log("../shared is not there: nothing to compare with.");
  return emptyResult("vendor");
}
