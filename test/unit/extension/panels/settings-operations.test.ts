import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { callOperation } from "../../../../extension/panels/settings-operations.ts";
import { createClient, type Client } from "../../../../shared/contract/client.ts";
import { AppError } from "../../../../shared/errors.ts";
import type { SettingsOperation } from "../../../../shared/messages/settings-panel.ts";

describe("extension: operations that pages of the settings call", () => {
  let server: Server;
  let client: Client;
  let asked: string[];
  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers["if-match"] ?? ""}`.trim());
      response.writeHead(204).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    client = createClient({ url: `http://127.0.0.1:${port}`, token: () => Promise.resolve("t") });
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const notItself = (): Promise<void> =>
    Promise.reject(new AppError("unavailable", "Somebody else's program answers there."));

  it("are called by their names, on the version that is shown", async () => {
    await callOperation(client, { operation: "tenants.remove", input: { id: "ten_1" }, version: 3 }, notItself);
    await callOperation(client, { operation: "auth.removeTotp", input: undefined }, notItself);
    assert.deepEqual(asked, ["DELETE /api/tenants/ten_1 3", "DELETE /api/auth/totp"]);
  });

  it("send no password, code or private key where another program answers in the server's place", async () => {
    const calls: [SettingsOperation, unknown][] = [
      ["auth.changePassword", { currentPassword: "four words of yours", password: "four other words" }],
      ["auth.confirmTotp", { totp: "123456" }],
      ["sshKeys.create", { tenantId: "ten_1", name: "Mine", privateKey: "canary" }],
      ["sshKeys.update", { id: "key_1", privateKey: "canary" }],
    ];
    for (const [operation, input] of calls) {
      await assert.rejects(callOperation(client, { operation, input }, notItself), { code: "unavailable" }, operation);
    }
    assert.deepEqual(asked, []);
  });

  it("send them where it is the server", async () => {
    const input = { totp: "123456" };
    await callOperation(client, { operation: "auth.confirmTotp", input }, () => Promise.resolve());
    assert.deepEqual(asked, ["POST /api/auth/totp/confirm"]);
  });
});
