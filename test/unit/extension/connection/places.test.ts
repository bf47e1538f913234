import assert from "node:assert/strict";
import { places } from "../../../../extension/connection/places.ts";

const clientFile = (env: Record<string, string>) => places(env, "/home/ada", "/home/ada/storage").sharedClientFile;

describe("where the extension looks for a server", () => {
  it("is the file of this host's shared server, of which root alone disposes", () => {
    assert.equal(clientFile({}), "/etc/aiops/client.json");
    assert.equal(clientFile({ AIOPS_CLIENT_FILE: "", AIOPS_DATA_DIR: "", AIOPS_RUNTIME_DIR: "" }), clientFile({}));
  });

  it("is the personal server that the environment names by its directories", () => {
    assert.equal(clientFile({ AIOPS_DATA_DIR: "/home/ada/data" }), undefined);
    assert.equal(clientFile({ AIOPS_RUNTIME_DIR: "/home/ada/run" }), undefined);
  });

  it("is another file where the environment names one", () => {
    const env = { AIOPS_CLIENT_FILE: "/opt/client.json", AIOPS_RUNTIME_DIR: "/home/ada/run" };
    assert.equal(clientFile(env), "/opt/client.json");
  });
});
