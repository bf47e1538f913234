import assert from "node:assert/strict";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { GitLabProjectData } from "../../fixtures/gitlab/model.ts";
import { collect, signal, token, trackerOf, widgets } from "../../fixtures/gitlab/listing.ts";
import { gitLabIssue, gitLabProject } from "../../fixtures/gitlab/samples.ts";
import { type GitLabServer, type GitLabServerOptions, startGitLabServer } from "../../fixtures/gitlab/server.ts";
import { withCode } from "../../support/error-code.ts";

const secret = "0123456789abcdef0123456789abcdef";
const png = Buffer.from("\x89PNG\r\n\x1a\nrest", "latin1");
const shot = { secret, file: "a shot.png", contentType: "image/png", bytes: png };

describe("files attached at GitLab", () => {
  let server: GitLabServer;

  async function serve(
    fields: Partial<GitLabProjectData> = {},
    options: Partial<GitLabServerOptions> = {},
  ): Promise<void> {
    const issue = gitLabIssue({ iid: 1, description: `![x](/uploads/${secret}/a%20shot.png)` });
    server = await startGitLabServer({
      projects: [gitLabProject([issue], { uploads: [shot], ...fields })],
      tokens: { [token]: { username: "ann", scopes: ["api"] } },
      basePath: "/gitlab",
      record: true,
      ...options,
    });
  }
  afterEach(() => server.close());

  const fetchFile = (url: string, own = token) =>
    trackerOf(server, { token: own }).fetchAttachment(url, 1000, signal());
  const address = (project = widgets) => `${server.url}/${project}/uploads/${secret}/a%20shot.png`;
  const tokens = () => server.exchanges.map(({ headers }) => headers["private-token"]);

  it("are fetched from where an issue's text says, through the API with the token", async () => {
    await serve();
    const [issue] = await collect(trackerOf(server));
    const named = /\((.*)\)/.exec(issue?.body ?? "")?.[1] ?? "";
    assert.equal(named, address());
    const { contentType, bytes } = await fetchFile(named);
    assert.deepEqual([contentType, Buffer.from(bytes)], ["image/png", png]);
    assert.equal(
      server.exchanges.at(-1)?.path,
      `/api/v4/projects/acme%2Ftools%2Fwidgets/uploads/${secret}/a%20shot.png`,
    );
  });

  it("are fetched by the project's id, and of a project that was renamed", async () => {
    await serve();
    assert.equal((await fetchFile(address("-/project/1"))).contentType, "image/png");
    server.project(widgets).rename("acme/gadgets");
    assert.equal((await fetchFile(address())).contentType, "image/png");
  });

  it("are fetched from the page where the API does not have them, without the token", async () => {
    await serve({ visibility: "public" }, { uploadsApi: false });
    assert.equal((await fetchFile(address())).contentType, "image/png");
    assert.deepEqual(tokens(), [token, undefined]);
  });

  it("are not taken from the page that wants people to sign in", async () => {
    await serve({}, { uploadsApi: false });
    await assert.rejects(fetchFile(address()), withCode("provider_failed"));
  });

  it("are refused where they are too large, missing or not shown", async () => {
    await serve();
    await assert.rejects(trackerOf(server).fetchAttachment(address(), 5, signal()), withCode("too_large"));
    await assert.rejects(fetchFile(address(), "wrong"), withCode("provider_forbidden"));
    await assert.rejects(
      trackerOf(server).fetchAttachment(address(), 1000, AbortSignal.abort()),
      withCode("cancelled"),
    );
  });

  it("are GitLab's own and nothing else", async () => {
    await serve();
    const { port } = new URL(server.url);
    const others = [
      `https://elsewhere.example/${widgets}/uploads/${secret}/a.png`,
      address().replace("127.0.0.1", "localhost"),
      address().replace("http://", `http://ann:${token}@`),
      address().replace("/gitlab/", "/"),
      `http://127.0.0.1:${port}/gitlab/api/v4/user`,
      `${server.url}/${widgets}/-/issues/1`,
      `${server.url}/${widgets}/uploads/short/a.png`,
      `${server.url}/${widgets}/uploads/${secret}/../../../../api/v4/user`,
      `/uploads/${secret}/a.png`,
      "file:///etc/passwd",
      "",
    ];
    for (const url of others) await assert.rejects(fetchFile(url), withCode("invalid_input"), url);
    assert.equal(server.requests, 0);
  });

  it("take the token to no other host, and follow only to known storage", async () => {
    await serve();
    const received: IncomingHttpHeaders[] = [];
    const storage = createServer((request, response) => {
      received.push(request.headers);
      response.end(png);
    });
    await new Promise<void>((resolve) => storage.listen(0, "127.0.0.1", resolve));
    try {
      const host = `127.0.0.1:${(storage.address() as AddressInfo).port}`;
      server.faults.add({ path: /uploads/, fault: { kind: "redirect", location: `http://${host}/signed` } });
      await assert.rejects(fetchFile(address()), withCode("provider_failed", "not known"));
      assert.deepEqual(received, []);
      const trusting = trackerOf(server, { storageHosts: [host] });
      assert.equal((await trusting.fetchAttachment(address(), 1000, signal())).contentType, "image/png");
      assert.deepEqual([received.length, received[0]?.["private-token"]], [1, undefined]);
    } finally {
      storage.closeAllConnections();
      storage.close();
    }
  });

  it("come out as what they are, not as what GitLab calls them", async () => {
    const page = { ...shot, contentType: "text/html", bytes: Buffer.from("<script>alert(1)</script>") };
    await serve({ uploads: [page] });
    assert.equal((await fetchFile(address())).contentType, "application/octet-stream");
  });
});
