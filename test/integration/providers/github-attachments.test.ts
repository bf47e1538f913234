import assert from "node:assert/strict";
import { gitHubAttachments } from "../../../server/providers/github/attachments.ts";
import { withCode } from "../../support/error-code.ts";
import { repositoryData } from "../../fixtures/github/samples.ts";
import { GitHubStage, never, token } from "./github-stage.ts";

const png = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");

describe("attachments of GitHub", () => {
  let stage: GitHubStage;

  beforeEach(async () => {
    const html = Buffer.from("<!doctype html><script>alert(1)</script>");
    const svg = Buffer.from('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>');
    stage = await GitHubStage.open({
      repositories: [repositoryData([])],
      attachments: {
        "a-b-c": { contentType: "image/png", bytes: png },
        lie: { contentType: "image/png", bytes: html },
        page: { contentType: "text/html", bytes: html },
        drawing: { contentType: "image/svg+xml", bytes: svg },
        big: { contentType: "image/png", bytes: Buffer.concat([png, Buffer.alloc(100_000)]) },
      },
    });
  });
  afterEach(() => stage.close());

  const address = (name: string) => `${stage.server.url}/user-attachments/assets/${name}`;
  const get = (url: string, maxBytes = 50_000) => stage.provider.fetchAttachment(url, maxBytes, never);

  it("are fetched with the token, which the storage behind never sees", async () => {
    const { contentType, bytes } = await get(address("a-b-c"));
    assert.deepEqual([contentType, Buffer.from(bytes)], ["image/png", png]);
    assert.deepEqual(
      stage.server.exchanges.map(({ path, headers }) => [path, headers.authorization]),
      [
        ["/user-attachments/assets/a-b-c", `Bearer ${token}`],
        ["/stored/a-b-c", undefined],
      ],
    );
    await assert.rejects(
      stage.provide({ token: "" }).fetchAttachment(address("a-b-c"), 100, never),
      withCode("provider_not_found"),
    );
  });

  it("are what their bytes say, and never a page", async () => {
    assert.equal((await get(address("lie"))).contentType, "application/octet-stream");
    assert.equal((await get(address("page"))).contentType, "application/octet-stream");
    assert.equal((await get(address("drawing"))).contentType, "image/svg+xml");
  });

  it("are refused when too large", async () => {
    await assert.rejects(get(address("big")), withCode("too_large", "48 KB"));
  });

  it("are asked for nowhere else, and never with a path of the API", async () => {
    const { url } = stage.server;
    const others = [
      "https://example.test/user-attachments/assets/a-b-c",
      `${url}/repos/acme/widgets`,
      `${url}/user-attachments/../user`,
      `http://octo-ann:secret@127.0.0.1:${stage.server.port}/user-attachments/assets/a-b-c`,
      `http://localhost:${stage.server.port}/stored/a-b-c`,
      "file:///etc/passwd",
      "not an address",
    ];
    for (const other of others)
      await assert.rejects(get(other), withCode("invalid_input", "Only attachments of GitHub"));
    assert.equal(stage.server.requests, 0);
  });

  it("are not followed to unknown places, nor in circles", async () => {
    stage.server.faults.add({
      times: 1,
      fault: { kind: "redirect", location: "http://169.254.169.254/latest/meta-data" },
    });
    await assert.rejects(get(address("a-b-c")), withCode("provider_failed", "not known"));
    stage.server.faults.add({ fault: { kind: "redirect", location: (path) => path } });
    await assert.rejects(get(address("a-b-c")), withCode("provider_failed", "without end"));
    assert.ok(stage.server.requests < 10);
  });

  it("are told from errors, in words", async () => {
    await assert.rejects(get(address("missing")), withCode("provider_not_found"));
    stage.server.faults.add({ times: 1, fault: { kind: "status", status: 403 } });
    await assert.rejects(get(address("a-b-c")), withCode("provider_forbidden"));
    stage.server.faults.add({ times: 1, fault: { kind: "cut" } });
    await assert.rejects(get(address("a-b-c")), withCode("provider_failed", "could not be fetched"));
    stage.server.faults.add({ fault: { kind: "stall", afterHeaders: true } });
    const slow = stage.provide({ requestTimeoutMs: 100 });
    await assert.rejects(slow.fetchAttachment(address("a-b-c"), 100, never), withCode("timeout"));
    const cancelled = AbortSignal.abort();
    await assert.rejects(stage.provider.fetchAttachment(address("a-b-c"), 100, cancelled), withCode("cancelled"));
  });

  /** What is sent: the token, nothing but a request, or no request at all. */
  const places: Array<[api: string, url: string, redirected: boolean, sends: "token" | "nothing" | null]> = [
    ["https://api.github.com", "https://github.com/user-attachments/assets/1", false, "token"],
    ["https://api.github.com", "https://github.com/user-attachments/files/1/log.txt", false, "token"],
    ["https://api.github.com", "https://github.com/acme/widgets/assets/1/2", false, "token"],
    ["https://api.github.com", "https://github.com/acme/widgets/issues/1", false, null],
    ["https://api.github.com", "https://github.com/login?return_to=x", true, null],
    ["https://api.github.com", "http://github.com/user-attachments/assets/1", false, null],
    ["https://api.github.com", "https://api.github.com/user", false, null],
    ["https://api.github.com", "https://user-images.githubusercontent.com/1/2.png", false, "nothing"],
    ["https://api.github.com", "https://private-user-images.githubusercontent.com/1/2.png?jwt=x", false, "nothing"],
    ["https://api.github.com", "https://githubusercontent.com.evil.test/1", false, null],
    ["https://api.github.com", "https://evilgithubusercontent.com/1", false, null],
    ["https://api.github.com", "https://github-production-user-asset-6210df.s3.amazonaws.com/1", true, "nothing"],
    ["https://api.github.com", "https://github-production-user-asset-6210df.s3.amazonaws.com/1", false, null],
    ["https://api.github.com", "https://ec2-10-0-0-1.compute.amazonaws.com/", true, null],
    ["https://api.acme.ghe.com", "https://acme.ghe.com/user-attachments/assets/1", false, "token"],
    ["https://api.acme.ghe.com", "https://github.com/user-attachments/assets/1", false, null],
    ["https://ghes.test/api/v3", "https://ghes.test/storage/user/1/files/2", false, "token"],
    ["https://ghes.test/api/v3", "https://media.ghes.test/user/1/files/2", false, "nothing"],
    ["https://ghes.test/api/v3", "https://ghes.test/api/v3/user", false, null],
    ["https://ghes.test/api/v3", "https://user-images.githubusercontent.com/1/2.png", false, null],
    ["https://ghes.test/api/v3", "https://github.com/user-attachments/assets/1", true, null],
  ];
  for (const [baseUrl, url, redirected, sends] of places) {
    it(`${sends ?? "no request"} for ${url}${redirected ? " (redirected)" : ""} from ${baseUrl}`, () => {
      const source = gitHubAttachments({ baseUrl, token, timeoutMs: 1, storageHosts: [] });
      const headers = source.headersFor(new URL(url), redirected);
      assert.deepEqual(headers, sends === "token" ? { authorization: `Bearer ${token}` } : sends === null ? null : {});
    });
  }
});
