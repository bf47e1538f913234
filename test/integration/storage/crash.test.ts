import { join } from "node:path";
import { assertNothingLost, startWriter } from "../../support/storage/crashed.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

describe("storage after kill -9", () => {
  const directory = temporaryDirectory();

  it("has every acknowledged write, nothing torn, round after round on the same data", async function () {
    this.timeout(120_000);
    const dataDir = join(directory(), "data");
    // After how many acknowledged writes the writer is killed; the very moment is the machine's.
    for (const count of [1, 40, 7, 150, 3, 90, 250, 20, 60, 11]) {
      const writer = startWriter(dataDir);
      try {
        await writer.reached(count);
      } finally {
        await writer.kill();
      }
      await assertNothingLost(dataDir, writer.acknowledged);
    }
  });
});
