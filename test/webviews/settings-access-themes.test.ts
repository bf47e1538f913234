import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../scripts/setup/places.mjs";
import type { SettingsState } from "../../shared/messages/settings-panel.ts";
import { contrasts } from "./contrasts.ts";
import { deployKey, lost, sessions, signIn, sshKeys, working } from "./settings-access.ts";
import { settingsForTests, type SettingsStage, type SettingsStageOptions } from "./settings-stage.ts";
import { themes } from "./themes.ts";

const pictures = join(root, "out", "screenshots", "settings");
const answers: Record<string, unknown> = {
  "auth.enrolTotp": { secret: "JBSWY3DPEHPK3PXP", address: "otpauth://totp/aiops:ada?secret=JBSWY3DPEHPK3PXP" },
  "sessions.resync": { recreated: [lost.id], pruned: ["old-one-pweb"], lost: [], unknown: [working.id] },
};

describe("webviews: the looks of keys, sign-in and sessions in the settings", () => {
  const openPanel = settingsForTests();
  let stage: SettingsStage;
  before(async () => mkdir(pictures, { recursive: true }));

  async function open(state: SettingsState, options: SettingsStageOptions = {}): Promise<void> {
    const { page } = state;
    const call = ({ operation }: { operation: string }) => ({ answer: answers[operation] });
    stage = await openPanel({ state, place: { page, item: "" }, handlers: { call }, ...options });
    await stage.page.locator("h1").waitFor();
  }
  async function readable(...selectors: string[]): Promise<void> {
    const ratios = await stage.page.evaluate(contrasts, selectors);
    assert.deepEqual(
      ratios.filter(({ ratio }) => ratio < 4.5),
      [],
    );
  }
  const picture = (name: string) => stage.page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });

  for (const [name, theme] of Object.entries(themes)) {
    it(`${name}: keys and hosts can be read`, async () => {
      await open(sshKeys, { theme });
      await readable(
        "h1",
        ".lead",
        ".name",
        ".item-row h3",
        ".row-facts bdi",
        ".fingerprints dt",
        ".fingerprints code",
      );
      await picture(`keys-${name}`);
      await stage.button("Add SSH Key").click();
      await stage.field("Where it comes from").selectOption("import");
      await stage.button("Add SSH Key").click();
      await stage.page.getByText("Must not be empty").first().waitFor();
      await readable(".field label", ".field-help", ".field-error", "select", "textarea");
      await picture(`key-add-${name}`);
      await stage.button("All SSH keys").click();
      await stage.page.getByRole("button", { name: "Discard" }).click();
      await stage.button(deployKey.name).click();
      await readable(".copied code", ".field-help", ".uses li", ".back");
      await picture(`key-${name}`);
    });

    it(`${name}: one's own sign-in can be read`, async () => {
      await open(signIn, { theme });
      await stage.button("Set Up Codes").click();
      await stage.page.getByText("they are shown this once").waitFor();
      await readable(".item-row h3", ".row-facts bdi", ".badge-ok", ".once p", ".once code", ".field label");
      await picture(`sign-in-${name}`);
      await stage.button("Cancel").click();
      await stage.button("Create Token").click();
      await stage.field("Read issues").check();
      await readable("legend", ".several label", ".field-help");
      await picture(`token-${name}`);
    });

    it(`${name}: sessions and what a resync did can be read`, async () => {
      await open(sessions, { theme });
      await stage.button("Resync with tmux").click();
      await stage.page.getByRole("button", { name: "Resync", exact: true }).click();
      await stage.page.locator(".answer .notice").first().waitFor();
      await readable(".answer .notice p", ".answer .notice.error p", ".answer li", ".badge-running", ".badge-failed");
      await picture(`sessions-${name}`);
    });
  }

  for (const [name, state] of Object.entries({ keys: sshKeys, "sign-in": signIn, sessions })) {
    it(`fits a narrow column: ${name}`, async () => {
      await open(state, { context: { viewport: { width: 420, height: 800 } } });
      assert.equal(await stage.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
      await picture(`narrow-${name}`);
    });
  }

  it("lets a token be made by keyboard alone", async () => {
    await open(signIn);
    const { keyboard } = stage.page;
    await stage.button("Create Token").focus();
    await keyboard.press("Enter");
    await stage.page.getByRole("heading", { level: 1, name: "Create Token" }).waitFor();
    await keyboard.press("Tab");
    await keyboard.type("Nightly");
    await keyboard.press("Tab");
    await keyboard.press("Space");
    assert.equal(await stage.field("Read everything I may read").isChecked(), true);
    assert.equal(await stage.field("Name").inputValue(), "Nightly");
  });
});
