import assert from "node:assert/strict";
import { savedSettings, toSettingsHost } from "../../../shared/messages/settings-panel.ts";

const values = { name: "Work", baseUrl: "", email: "", open: "", closed: "" };
const draft = { tenantId: "t1", provider: "github", cloud: "yes", values, base: { version: 3, values } };
const saved = { page: "connections", view: "edit", item: "c1", scrollTop: 10, draft };

describe("messages: what the settings panel may ask", () => {
  it("keeps nothing but what it says, so no secret by accident", () => {
    const more = {
      ...saved,
      token: "canary",
      draft: { ...draft, token: "canary", values: { ...values, token: "canary" } },
    };
    assert.deepEqual(savedSettings(more, "saved"), saved);
    assert.deepEqual(savedSettings({ ...saved, draft: null }, "saved"), { ...saved, draft: null });
  });

  for (const wrong of [
    undefined,
    { ...saved, page: "playbooks" },
    { ...saved, scrollTop: -1 },
    { ...saved, page: "tenants", draft: { values: { name: 4 }, base: null } },
    { ...saved, draft: { ...draft, values: { ...values, open: "x".repeat(20_001) } } },
  ]) {
    it(`does not take ${JSON.stringify(wrong)?.slice(0, 60)} for what it kept`, () => {
      assert.throws(() => savedSettings(wrong, "saved"), { code: "invalid_input" });
    });
  }

  it("reads a draft by the shape of its own page", () => {
    const form = { values: { name: "Mill" }, base: { version: 1, values: { name: "Mil" } } };
    const ofTenant = { ...saved, page: "tenants", draft: form };
    assert.deepEqual(savedSettings(ofTenant, "saved"), ofTenant);
    assert.throws(() => savedSettings({ ...saved, draft: form }, "saved"), { code: "invalid_input" });
  });

  it("calls the operations of its pages and no other", () => {
    const input = (operation: string) => toSettingsHost.call.input({ operation, input: { id: "t1" } }, "call");
    assert.deepEqual(input("tenants.remove"), { operation: "tenants.remove", input: { id: "t1" }, version: undefined });
    for (const wrong of ["issues.create", "connections.update", "__proto__.x", "tenants.list.call", ""]) {
      assert.throws(() => input(wrong), { code: "invalid_input" });
    }
  });

  it("names a connection by id and version", () => {
    const input = (value: unknown) => toSettingsHost.removeConnection.input(value, "removeConnection");
    assert.deepEqual(input({ id: "c1", version: 2, more: 1 }), { id: "c1", version: 2 });
    for (const wrong of [
      { id: "../c1", version: 2 },
      { id: "c1" },
      { id: "c1", version: 0 },
      { id: "c1", version: "2" },
    ]) {
      assert.throws(() => input(wrong), { code: "invalid_input" });
    }
  });

  it("opens web addresses alone", () => {
    for (const url of ["javascript:alert(1)", "command:workbench.action.quit", "file:///etc/passwd", ""]) {
      assert.throws(() => toSettingsHost.openLink.input({ url }, "openLink"), { code: "invalid_input" });
    }
  });
});
