import assert from "node:assert/strict";
import { AppError } from "../../shared/errors.ts";
import { waitFor } from "../support/wait.ts";
import { deployKey, gitHost, spareKey, sshKeys } from "./settings-access.ts";
import { settingsForTests, type SettingsStage, type SettingsStageOptions } from "./settings-stage.ts";

const canary = "-----BEGIN OPENSSH PRIVATE KEY-----\nQ0FOQVJZ\n-----END OPENSSH PRIVATE KEY-----\n";

describe("webviews: the page of SSH keys", () => {
  const openPanel = settingsForTests();
  let stage: SettingsStage;

  async function open(options: SettingsStageOptions = {}): Promise<void> {
    stage = await openPanel({
      state: sshKeys,
      place: { page: "sshKeys", item: "" },
      ...options,
    });
    await heading("SSH Keys").waitFor();
  }
  const heading = (name: string) => stage.page.getByRole("heading", { level: 1, name, exact: true });
  const dialog = () => stage.page.getByRole("alertdialog");
  const row = (text: string) => stage.page.locator(".item-row", { hasText: text });
  const called = () => stage.asked.filter(({ name }) => name === "call").map(({ input }) => input);
  async function lastCall(): Promise<unknown> {
    await waitFor(() => called().length > 0, { what: "an operation to be called" });
    return called().at(-1);
  }
  /** Nothing that is kept has the private key in it. */
  async function assertForgotten(): Promise<void> {
    assert.doesNotMatch(await stage.saved(), /Q0FOQVJZ|BEGIN OPENSSH/);
    assert.doesNotMatch(JSON.stringify(stage.kept()), /Q0FOQVJZ|BEGIN OPENSSH/);
  }

  it("lists keys by name with kind, both fingerprints and what uses them", async () => {
    await open();
    assert.deepEqual(await stage.page.locator("button.name").allInnerTexts(), [spareKey.name, deployKey.name]);
    const text = await row(deployKey.name).innerText();
    assert.match(text, /ed25519, 256 bits/);
    assert.match(text, /used by Engine, Website/);
    assert.ok(text.includes(deployKey.fingerprintMd5));
    assert.ok(text.includes(deployKey.fingerprintSha256));
    assert.match(await row(spareKey.name).innerText(), /rsa, 4,096 bits[^]*used by no project/);
  });

  it("copies the public key from the list", async () => {
    await open();
    await stage.button(`Copy the public key of ${deployKey.name}`).click();
    await waitFor(() => stage.asked.length > 0, { what: "the copy" });
    assert.deepEqual(stage.asked, [{ name: "copy", input: { text: deployKey.publicKey } }]);
  });

  it("has the server make a key, without a field for a private one", async () => {
    await open();
    await stage.button("Add SSH Key").click();
    assert.equal(await stage.field("Private key").isVisible(), false);
    assert.equal(await stage.field("Tenant").isVisible(), false, "there is one alone");
    await stage.field("Name").fill("New one");
    await stage.page.keyboard.press("Enter");
    assert.deepEqual(await lastCall(), {
      operation: "sshKeys.create",
      input: { tenantId: "ten_1", name: "New one", generate: "ed25519" },
      version: undefined,
    });
  });

  it("imports a private key, which is kept nowhere", async () => {
    await open();
    await stage.button("Add SSH Key").click();
    await stage.field("Where it comes from").selectOption("import");
    await stage.field("Name").fill("Mine");
    await stage.button("Add SSH Key").click();
    await stage.page.getByText("Must not be empty").waitFor();
    assert.deepEqual(called(), []);
    await stage.field("Private key").fill(canary);
    await assertForgotten();
    await stage.button("Add SSH Key").click();
    assert.deepEqual(await lastCall(), {
      operation: "sshKeys.create",
      input: { tenantId: "ten_1", name: "Mine", privateKey: canary },
      version: undefined,
    });
    await assertForgotten();
  });

  it("drops a private key that is not wanted any more, and keeps none over a reload", async () => {
    await open();
    await stage.button("Add SSH Key").click();
    await stage.field("Name").fill("Mine");
    await stage.field("Where it comes from").selectOption("import");
    await stage.field("Private key").fill(canary);
    await stage.field("Where it comes from").selectOption("generate");
    await stage.field("Where it comes from").selectOption("import");
    assert.equal(await stage.field("Private key").inputValue(), "");
    await stage.field("Private key").fill(canary);
    await stage.page.reload();
    await heading("Add SSH Key").waitFor();
    assert.equal(await stage.field("Name").inputValue(), "Mine");
    assert.equal(await stage.field("Private key").inputValue(), "");
    assert.equal(await stage.field("Private key").isVisible(), true);
  });

  it("says beside the field what is wrong with an imported key, and leaves it there to be mended", async () => {
    const errors = [{ path: "privateKey", message: "has a passphrase" }];
    await open({
      handlers: {
        call: () => {
          throw new AppError("invalid_input", "The key can't be used.", { errors });
        },
      },
    });
    await stage.button("Add SSH Key").click();
    await stage.field("Where it comes from").selectOption("import");
    await stage.field("Name").fill("Mine");
    await stage.field("Private key").fill(canary);
    await stage.button("Add SSH Key").click();
    await stage.page.getByText("Has a passphrase").waitFor();
    assert.equal(await stage.field("Private key").inputValue(), canary);
    assert.equal(await stage.field("Private key").getAttribute("aria-invalid"), "true");
  });

  it("asks for the tenant where there are several", async () => {
    await open({ state: { ...sshKeys, tenants: [...sshKeys.tenants, { id: "ten_2", name: "Mill" }] } });
    assert.match(await row(deployKey.name).innerText(), /Personal/);
    await stage.button("Add SSH Key").click();
    await stage.field("Tenant").selectOption("Mill");
    await stage.field("Name").fill("New one");
    await stage.button("Add SSH Key").click();
    assert.equal(Reflect.get(Object(Reflect.get(Object(await lastCall()), "input")), "tenantId"), "ten_2");
  });

  it("renames on the version that is shown", async () => {
    await open();
    await stage.button(deployKey.name).click();
    await stage.field("Name").fill("Renamed");
    await stage.button("Save").click();
    assert.deepEqual(await lastCall(), {
      operation: "sshKeys.update",
      input: { id: deployKey.id, name: "Renamed" },
      version: 2,
    });
  });

  it("replaces the private half and forgets it", async () => {
    await open();
    await stage.button(deployKey.name).click();
    await stage.field("Private key").fill(canary);
    await assertForgotten();
    await stage.button("Replace Key").click();
    const input = { id: deployKey.id, privateKey: canary };
    assert.deepEqual(await lastCall(), { operation: "sshKeys.update", input, version: 2 });
    await waitFor(async () => (await stage.field("Private key").inputValue()) === "", {
      what: "the field to be empty",
    });
    await stage.button("All SSH keys").click();
    await heading("SSH Keys").waitFor();
  });

  it("asks before it leaves a private key that was not stored", async () => {
    await open();
    await stage.button(deployKey.name).click();
    await stage.field("Private key").fill(canary);
    await stage.button("All SSH keys").click();
    await dialog().getByRole("button", { name: "Discard" }).click();
    await heading("SSH Keys").waitFor();
  });

  it("deletes after a question, and never what projects use", async () => {
    await open();
    await stage.button(deployKey.name).click();
    assert.deepEqual(await stage.page.locator(".uses li").allInnerTexts(), deployKey.projects);
    assert.equal(await stage.button("Delete SSH Key").isDisabled(), true);
    await stage.button("All SSH keys").click();
    await stage.button(spareKey.name).click();
    await stage.button("Delete SSH Key").click();
    await dialog().getByRole("button", { name: "Delete SSH Key" }).click();
    assert.deepEqual(await lastCall(), { operation: "sshKeys.remove", input: { id: spareKey.id }, version: 2 });
    stage.show({ ...sshKeys, keys: [deployKey] });
    await heading("SSH Keys").waitFor();
  });

  it("lists recorded hosts with their fingerprints, and forgets one after a question", async () => {
    await open();
    const text = await row(gitHost.host).innerText();
    for (const { fingerprint } of gitHost.keys) assert.ok(text.includes(fingerprint));
    await stage.button(`Forget the keys of ${gitHost.host}`).click();
    await dialog().getByRole("button", { name: "Cancel" }).click();
    assert.deepEqual(called(), []);
    await stage.button(`Forget the keys of ${gitHost.host}`).click();
    await dialog().getByRole("button", { name: "Forget Keys" }).click();
    assert.deepEqual(await lastCall(), { operation: "sshHosts.remove", input: { id: gitHost.id }, version: undefined });
    stage.show({ ...sshKeys, hosts: [] });
    await stage.page.getByText("No host was reached over SSH yet.").waitFor();
  });

  it("says what is missing where there is no tenant, and changes nothing where nothing may be changed", async () => {
    await open({ state: { ...sshKeys, keys: [], tenants: [] } });
    await stage.page.getByText("Add a tenant first.").waitFor();
    assert.equal(await stage.button("Add SSH Key").isDisabled(), true);
    stage.show({ ...sshKeys, canWrite: false, readOnlyReason: "This folder is not trusted." });
    await stage.page.getByText("This folder is not trusted.").waitFor();
    assert.equal(await stage.button(`Forget the keys of ${gitHost.host}`).isDisabled(), true);
    await stage.button(spareKey.name).click();
    for (const name of ["Save", "Replace Key", "Delete SSH Key"]) {
      assert.equal(await stage.button(name).isDisabled(), true, name);
    }
  });
});
