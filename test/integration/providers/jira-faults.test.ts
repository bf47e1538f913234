import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import type { JiraClientOptions } from "../../../server/providers/jira/client.ts";
import { JiraProvider } from "../../../server/providers/jira/jira-provider.ts";
import { AppError, type ErrorCode } from "../../../shared/errors.ts";
import type { Fault } from "../../fixtures/jira/faults.ts";
import { jiraIssue, jiraProject } from "../../fixtures/jira/samples.ts";
import { type JiraServer, startJiraServer } from "../../fixtures/jira/server.ts";

const token = "canary-0123456789";
const basic = Buffer.from(`ann@example.org:${token}`).toString("base64");

describe("the Jira provider and faults", () => {
  let server: JiraServer;
  const ref = () => ({ key: "WID-1", externalId: server.project("WID").get(1).id });
  const signal = () => new AbortController().signal;

  beforeEach(async () => {
    const issues = Array.from({ length: 25 }, (_, index) => jiraIssue({ number: index + 1 }));
    server = await startJiraServer({
      flavour: "cloud",
      projects: [jiraProject(issues)],
      credentials: { [basic]: "ann" },
      pageCap: 10,
      record: true,
    });
  });
  afterEach(() => server.close());

  function provider(options: JiraClientOptions = {}): JiraProvider {
    const connection = {
      id: "connection",
      provider: "jira",
      baseUrl: server.url,
      token,
      email: "ann@example.org",
    } as const;
    return new JiraProvider(connection, { retryStepMs: 10, ...options });
  }

  async function count(tracker: JiraProvider, abort = signal()): Promise<number> {
    let found = 0;
    for await (const page of tracker.listIssues("WID", { signal: abort })) found += page.length;
    return found;
  }

  const wrong: Array<[what: string, fault: Fault, code: ErrorCode, says: RegExp]> = [
    ["401", { kind: "status", status: 401 }, "provider_unauthorized", /Save a new one/],
    [
      "a captcha",
      { kind: "status", status: 403, headers: { "x-authentication-denied-reason": "CAPTCHA_CHALLENGE; login-url=x" } },
      "provider_unauthorized",
      /sign in once in a browser/,
    ],
    ["403", { kind: "status", status: 403, message: `No ${basic}\nfor ${token}` }, "provider_forbidden", /permissions/],
    ["404", { kind: "status", status: 404 }, "provider_not_found", /Check its name/],
    ["400", { kind: "status", status: 400, message: "Bad JQL" }, "provider_failed", /Bad JQL/],
    [
      "429 that lasts",
      { kind: "status", status: 429, headers: { "retry-after": "900" } },
      "provider_rate_limited",
      /15 minutes/,
    ],
    ["429 without a word", { kind: "status", status: 429 }, "provider_rate_limited", /60 seconds/],
    ["500", { kind: "status", status: 500 }, "provider_failed", /try again later/],
    ["garbage", { kind: "body", text: '{"iss' }, "provider_failed", /not JSON/],
    ["a web page", { kind: "body", text: "<html>", contentType: "text/html" }, "provider_failed", /context path/],
    ["an empty answer", { kind: "body", text: "" }, "provider_failed", /unknown form/],
    ["another form", { kind: "body", text: '{"issues":[{"id":1}]}' }, "provider_failed", /unknown form/],
    ["a body cut off", { kind: "truncated" }, "provider_failed", /could not be reached/],
    ["a dropped connection", { kind: "cut" }, "provider_failed", /could not be reached/],
    ["no answer", { kind: "stall" }, "timeout", /did not answer in time/],
    ["an answer that stops", { kind: "stall", afterHeaders: true }, "timeout", /did not answer in time/],
    [
      "a redirect to itself",
      { kind: "redirect", location: (requested) => requested },
      "provider_failed",
      /redirects without end/,
    ],
    ["a huge answer", { kind: "huge", bytes: 3_000_000 }, "provider_failed", /larger than 2 MB/],
    [
      "pages without end",
      { kind: "body", text: '{"issues":[],"nextPageToken":"again","isLast":false}' },
      "provider_failed",
      /keeps answering the same page/,
    ],
  ];
  for (const [what, fault, code, says] of wrong) {
    it(`tells of ${what} in words, without the token and without a storm of requests`, async () => {
      const own = provider({ requestTimeoutMs: 150, maxAnswerBytes: 2 * 1024 * 1024 });
      await own.getIssue("WID", ref(), signal());
      const before = server.requests;
      server.faults.add({ path: /search\/jql/, fault });
      await assert.rejects(count(own), isAppError(code, says));
      assert.ok(server.requests - before <= 6, `${server.requests - before} requests`);
    });
  }

  const passing: Array<[what: string, fault: Fault]> = [
    ["two server errors", { kind: "status", status: 502 }],
    ["two dropped connections", { kind: "cut" }],
    ["two truncated answers", { kind: "truncated" }],
    ["429 with a short Retry-After", { kind: "status", status: 429, headers: { "retry-after": "2" } }],
    ["503 with a short Retry-After", { kind: "status", status: 503, headers: { "retry-after": "2" } }],
  ];
  for (const [what, fault] of passing) {
    it(`gets over ${what}`, async () => {
      server.faults.add({ path: /search\/jql/, after: 1, times: 2, fault });
      assert.equal(await count(provider()), 25);
    });
  }

  it("waits as long as Retry-After says, with everything it does", async () => {
    const own = provider();
    await own.getIssue("WID", ref(), signal());
    server.faults.add({ times: 1, fault: { kind: "status", status: 429, headers: { "retry-after": "30" } } });
    const before = performance.now();
    const limited = own.getIssue("WID", ref(), signal());
    await limited;
    assert.ok(performance.now() - before >= 300, "30 seconds, a hundredth of the real time");
    assert.equal(server.requests, 5);
  });

  it("never takes the token to another host", async () => {
    const received: unknown[] = [];
    const other = createServer((request, response) => {
      received.push(request.headers);
      response.end("{}");
    });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    try {
      const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/rest/api/3/search/jql`;
      server.faults.add({ path: /search\/jql/, fault: { kind: "redirect", location } });
      await assert.rejects(count(provider()), isAppError("provider_failed", /token is not sent there/));
      assert.deepEqual(received, []);
    } finally {
      other.closeAllConnections();
      other.close();
    }
  });

  it("ends at once when cancelled, also while it waits", async () => {
    const abort = new AbortController();
    server.faults.add({
      path: /search\/jql/,
      fault: { kind: "status", status: 429, headers: { "retry-after": "60" } },
    });
    const listing = count(provider({ retryStepMs: 1000 }), abort.signal);
    setTimeout(() => abort.abort(), 50);
    await assert.rejects(listing, isAppError("cancelled", /cancelled/));
  });

  it("says that a connection needs an address, and Cloud an e-mail", async () => {
    const connection = { id: "c", provider: "jira", baseUrl: "", token } as const;
    assert.throws(() => new JiraProvider(connection), isAppError("invalid_input", /site's address/));
    const without = new JiraProvider({ ...connection, baseUrl: server.url }, { retryStepMs: 10 });
    assert.match((await without.test(signal())).message, /also needs the account's e-mail/);
  });

  describe("in writes", () => {
    const lost: Array<[what: string, fault: Fault, code: ErrorCode]> = [
      ["a dropped connection", { kind: "cut" }, "provider_failed"],
      ["a truncated answer", { kind: "truncated" }, "provider_failed"],
      ["garbage", { kind: "body", text: "{" }, "provider_failed"],
      ["502", { kind: "status", status: 502 }, "provider_failed"],
      ["no answer", { kind: "stall" }, "timeout"],
    ];
    for (const [what, fault, code] of lost) {
      it(`does not repeat what may have arrived: ${what}`, async () => {
        const own = provider({ requestTimeoutMs: 300 });
        server.faults.add({ method: "POST", path: /comment/, fault });
        await assert.rejects(own.addComment("WID", ref(), "Once", signal()), (error) => {
          assert.ok(isAppError(code, /./)(error));
          assert.equal((error as AppError).data["uncertain"], true);
          return true;
        });
        assert.equal(server.exchanges.filter(({ method }) => method === "POST").length, 1);
      });
    }

    it("repeats what was turned away, and is sure of it", async () => {
      const limited = { kind: "status", status: 429, headers: { "retry-after": "1" } } as const;
      server.faults.add({ method: "POST", path: /comment/, times: 1, fault: limited });
      await provider().addComment("WID", ref(), "Once", signal());
      assert.equal(server.project("WID").get(1).comments.length, 1);
      server.faults.add({ method: "POST", path: /comment/, fault: { kind: "status", status: 403 } });
      await assert.rejects(provider().addComment("WID", ref(), "Twice", signal()), (error) => {
        assert.equal((error as AppError).data["uncertain"], undefined);
        return isAppError("provider_forbidden", /change/)(error);
      });
    });

    it("is sure that nothing arrived where nobody listens", async () => {
      const own = provider();
      const known = ref();
      await own.getIssue("WID", known, signal());
      await server.close();
      // Until then a request may go out on a connection whose end has not been noticed yet.
      await assert.rejects(own.getIssue("WID", known, signal()), isAppError("provider_failed", /ECONNREFUSED/));
      await assert.rejects(own.addComment("WID", known, "Never", signal()), (error) => {
        assert.equal((error as AppError).data["uncertain"], undefined);
        return isAppError("provider_failed", /could not be reached/)(error);
      });
    });

    it("is not sure where the write was saved but could not be read again", async () => {
      const own = provider();
      await own.getIssue("WID", ref(), signal());
      server.faults.add({ method: "GET", path: /issue\/\d+\?/, fault: { kind: "status", status: 404 } });
      const draft = { title: "New", body: "", labels: [], assignees: [] };
      await assert.rejects(own.createIssue("WID", draft, signal()), (error) => {
        assert.equal((error as AppError).data["uncertain"], true);
        return isAppError("provider_not_found", /was saved, but could not be read again/)(error);
      });
    });
  });

  function isAppError(code: ErrorCode, says: RegExp): (error: unknown) => boolean {
    return (error) => {
      assert.ok(error instanceof AppError, inspect(error));
      assert.deepEqual([error.code, says.test(error.message)], [code, true], error.message);
      const shown = inspect(error, { depth: 10 });
      assert.ok(!shown.includes(token) && !shown.includes(basic), shown);
      return true;
    };
  }
});
