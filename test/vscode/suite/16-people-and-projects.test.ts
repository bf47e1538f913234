import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Aiops } from "../../../extension/aiops.ts";
import type { Project } from "../../../shared/entities/project.ts";
import type { User } from "../../../shared/entities/user.ts";
import { waitFor } from "../../support/wait.ts";
import { browser } from "../host/browser.ts";
import { connected } from "../support/product.ts";
import { clearNotifications } from "../support/quick-input.ts";
import { project } from "../support/seed.ts";

/** On every page of the panel. */
const webview = "Settings";
const email = "grace@example.org";

describe("people and projects in the settings panel", () => {
  let aiops: Aiops;
  let bernoulli: Project;

  const find = async (): Promise<User | undefined> => {
    const { items } = await aiops.connection.request((client) => client.users.list({ email }));
    return items[0];
  };
  const reread = () => aiops.connection.request((client) => client.projects.get({ id: bernoulli.id }));
  const press = (text: string) => browser.click({ selector: "vscode-button:visible", text, webview });
  const fill = (field: string, text: string) => {
    const { fill: replace } = browser;
    return replace({ selector: `#${field}`, webview }, text);
  };
  const choose = (selector: string, label: string) =>
    browser.evaluate(
      `(() => {
        const select = document.querySelector(${JSON.stringify(selector)});
        select.value = [...select.options].find((one) => one.label.startsWith(${JSON.stringify(label)})).value;
        select.dispatchEvent(new Event("input", { bubbles: true }));
      })()`,
      webview,
    );
  const open = async (page: string, item = ""): Promise<void> => {
    await vscode.commands.executeCommand("aiops.openSettings", { page, item });
  };
  const heading = (text: string) => browser.text({ selector: "h1", text, webview });

  before(async () => {
    aiops = await connected();
    bernoulli = await project(aiops);
  });
  afterEach(clearNotifications);
  after(async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await clearNotifications();
    const left = await find();
    if (left !== undefined) await aiops.connection.request((client) => client.users.remove({ id: left.id }));
    await aiops.connection.request((client) =>
      client.projects.update({ id: bernoulli.id, roles: [], protectedBranches: [] }),
    );
  });

  it("lists the people of this server with their Linux users", async () => {
    await open("people");
    await heading("People");
    const self = (await aiops.connection.whenConnected()).user;
    const row = await browser.text({ selector: ".item-row", text: self.name, webview });
    assert.match(row, new RegExp(`Administrator[^]*Linux user ${self.linuxUser}`));
    await browser.text({ selector: ".lead", text: "one person's own", webview });
    await browser.screenshot("settings-people");
  });

  it("adds a person as a member of a tenant, after the server said what it refuses", async () => {
    await press("Add Person");
    const self = (await aiops.connection.whenConnected()).user;
    await fill("person-name", "Grace Hopper");
    await fill("person-email", email);
    await fill("person-username", self.username);
    await choose("#person-level", "Technician");
    await browser.click({ selector: "#person-memberships-add", webview });
    await choose("#person-memberships select", aiops.model.tenants.all()[0]?.name ?? "");
    await press("Add Person");
    await browser.text({ selector: ".field-error:visible", text: "is taken", webview });
    await browser.screenshot("settings-person-refused");
    await fill("person-username", "grace");
    await press("Add Person");
    await heading("Grace Hopper");
    const made = await find();
    assert.deepEqual(
      [made?.username, made?.level, made?.memberships],
      ["grace", "technician", [{ tenantId: bernoulli.tenantId, role: "member" }]],
    );
    await browser.screenshot("settings-person");
  });

  it("follows what is changed elsewhere, and saves on it", async () => {
    const before = await find();
    assert.ok(before);
    await fill("person-name", "Rear Admiral Hopper");
    await aiops.connection.request((client) => client.users.update({ id: before.id, linuxUser: "grace_h" }));
    await waitFor(
      async () => (await browser.evaluate(`document.querySelector("#person-linuxUser").value`, webview)) === "grace_h",
      { what: "the field to follow" },
    );
    await press("Save");
    await heading("Rear Admiral Hopper");
    const after = await find();
    assert.deepEqual([after?.name, after?.linuxUser], ["Rear Admiral Hopper", "grace_h"]);
  });

  it("disables a person after a question", async () => {
    await press("Disable Person");
    await browser.click({ selector: ".dialog vscode-button", text: "Disable Person", webview });
    await browser.text({ selector: "section", text: "Disabled: can't sign in.", webview });
    assert.equal((await find())?.status, "disabled");
  });

  it("gives a project its protected branches and a person's role in it", async () => {
    await open("projects", bernoulli.id);
    await heading(bernoulli.name);
    await fill("project-protectedBranches", "main\nrelease/*");
    await browser.click({ selector: "#project-roles-add", webview });
    await choose("#project-roles select", "Rear Admiral Hopper");
    await press("Save");
    await waitFor(async () => (await reread()).roles.length === 1, { what: "the role" });
    const grace = await find();
    const { protectedBranches, roles } = await reread();
    assert.deepEqual(protectedBranches, ["main", "release/*"]);
    assert.deepEqual(roles, [{ userId: grace?.id, role: "read" }]);
    await browser.screenshot("settings-project");
  });

  it("says beside the field that a branch can't be called so", async () => {
    await fill("project-defaultBranch", "two words");
    await press("Save");
    await browser.text({ selector: ".field-error:visible", text: "cannot be a branch name", webview });
    assert.equal((await reread()).defaultBranch, bernoulli.defaultBranch);
    await fill("project-defaultBranch", bernoulli.defaultBranch);
  });

  it("links another project of the tracker, and unlinks it after a question", async () => {
    await choose("#link-connectionId", "");
    await fill("link-externalProject", "ada/other");
    await press("Add Link");
    await browser.text({ selector: ".links", text: "ada/other", webview });
    assert.equal((await reread()).links.length, 2);
    await browser.click({ selector: "vscode-button[aria-label='Remove the link to ada/other']", webview });
    await browser.click({ selector: ".dialog vscode-button", text: "Remove Link", webview });
    await waitFor(async () => (await reread()).links.length === 1, { what: "the link to be gone" });
  });

  it("deletes a person after a question, and their role with them", async () => {
    const grace = await find();
    assert.ok(grace);
    await open("people", grace.id);
    await heading(grace.name);
    await press("Delete Person");
    await browser.click({ selector: ".dialog vscode-button", text: "Delete Person", webview });
    await heading("People");
    assert.equal(await find(), undefined);
    assert.deepEqual((await reread()).roles, []);
  });
});
