import assert from "node:assert/strict";
import { AppError } from "../../shared/errors.ts";
import { waitFor } from "../support/wait.ts";
import { laptop, nightly, signIn } from "./settings-access.ts";
import { settingsForTests, type SettingsStage, type SettingsStageOptions } from "./settings-stage.ts";

const token = "aiops-canary-of-a-token";
const secret = "CANARYSECRETOFCODES";
const enrolment = { secret, address: `otpauth://totp/aiops:ada?secret=${secret}&issuer=aiops` };

describe("webviews: the page about one's own sign-in", () => {
  const openPanel = settingsForTests();
  let stage: SettingsStage;
  let called: unknown[] = [];

  async function open(options: SettingsStageOptions & { refuse?: AppError } = {}): Promise<void> {
    called = [];
    stage = await openPanel({
      state: signIn,
      place: { page: "signIn", item: "" },
      handlers: {
        call: (input) => {
          called.push(input);
          if (options.refuse !== undefined) throw options.refuse;
          const answers: Record<string, unknown> = {
            "auth.createToken": { ...nightly, token },
            "auth.enrolTotp": enrolment,
          };
          return { answer: answers[input.operation] };
        },
      },
      ...options,
    });
    await heading("Sign-in").waitFor();
  }
  const heading = (name: string) => stage.page.getByRole("heading", { level: 1, name, exact: true });
  const region = (name: string) => stage.page.getByRole("region", { name, exact: true });
  const dialog = () => stage.page.getByRole("alertdialog");
  async function lastCall(): Promise<unknown> {
    await waitFor(() => called.length > 0, { what: "an operation to be called" });
    return called.at(-1);
  }
  /** Nothing that is kept has any of these in it. */
  async function assertForgotten(...secrets: string[]): Promise<void> {
    const kept = `${await stage.saved()} ${JSON.stringify(stage.kept())}`;
    for (const one of secrets) assert.ok(!kept.includes(one), `${one} is kept`);
  }

  describe("where one is signed in", () => {
    it("has this one first, marked, and lets the others be signed out after a question", async () => {
      await open();
      const rows = region("Where You Are Signed In").locator(".item-row");
      assert.match(
        (await rows.allInnerTexts())[0] ?? "",
        /VS Code[^]*by your account on the host, by password[^]*This one/,
      );
      assert.match((await rows.allInnerTexts())[1] ?? "", /aiops login on laptop[^]*last used/);
      assert.equal(await rows.nth(0).getByRole("button").count(), 0);
      await stage.button(`Sign out ${laptop.client}`).click();
      await dialog().getByRole("button", { name: "Cancel" }).click();
      assert.deepEqual(called, []);
      await stage.button(`Sign out ${laptop.client}`).click();
      await dialog().getByRole("button", { name: "Sign Out" }).click();
      const input = { sessionId: laptop.id };
      assert.deepEqual(await lastCall(), { operation: "auth.revoke", input, version: undefined });
    });
  });

  describe("personal access tokens", () => {
    it("are listed with scopes and times, and deleted after a question", async () => {
      const older = { ...nightly, id: "tok_older", name: "Older", createdAt: "2026-10-01T09:00:00.000Z" };
      await open({ state: { ...signIn, tokens: [older, nightly] } });
      const text = await region("Personal Access Tokens").innerText();
      assert.match(text, /Nightly report[^]*Read everything I may read, Change issues[^]*never used[^]*ends/);
      await stage.button(`Delete the token ${nightly.name}`).click();
      await dialog().getByRole("button", { name: "Delete Token" }).click();
      assert.deepEqual(await lastCall(), {
        operation: "auth.removeToken",
        input: { id: nightly.id },
        version: undefined,
      });
      stage.show({ ...signIn, tokens: [older] });
      const next = stage.button("Delete the token Older");
      await stage.page.waitForFunction(() => document.activeElement?.getAttribute("aria-label")?.endsWith("Older"));
      assert.equal(await next.isVisible(), true, "the focus goes on to the next");
      stage.show({ ...signIn, tokens: [] });
      await stage.page.getByText("No token yet.").waitFor();
    });

    it("are made with the contract's bounds, and shown once", async () => {
      await open();
      await stage.button("Create Token").click();
      assert.equal(await stage.field("Days it is good for").inputValue(), "90");
      await stage.field("Name").fill("Nightly report");
      await stage.field("Days it is good for").fill("400");
      await stage.button("Create Token").click();
      await stage.page.getByText("Choose at least one.").waitFor();
      await stage.page.getByText("At most 366.", { exact: true }).first().waitFor();
      assert.deepEqual(called, []);
      await stage.field("Read everything I may read").check();
      await stage.field("Change issues").check();
      await stage.field("Days it is good for").fill("30");
      await stage.page.keyboard.press("Enter");
      assert.deepEqual(await lastCall(), {
        operation: "auth.createToken",
        input: { name: "Nightly report", scopes: ["read", "issues.write"], days: 30 },
        version: undefined,
      });
      await stage.page.getByText("Copy the token now").waitFor();
      assert.equal(await stage.page.locator(".once code").innerText(), token);
      assert.equal(await stage.page.locator(":focus").innerText(), token, "has the focus");
      assert.equal(await stage.field("Name").isVisible(), false);
      await assertForgotten(token, "Nightly report");
      await stage.button("Copy Token").click();
      await waitFor(() => stage.asked.length > 0, { what: "the copy" });
      assert.deepEqual(stage.asked, [{ name: "copy", input: { text: token } }]);
      await stage.button("Done").click();
      await heading("Sign-in").waitFor();
      assert.ok(!(await stage.page.content()).includes(token));
    });

    it("offer no right that only administrators have", async () => {
      await open();
      await stage.button("Create Token").click();
      const offered = await stage.page.locator(".several label").allInnerTexts();
      // Those have no words, and would be offered by their names.
      assert.deepEqual(
        offered.filter((label) => label.includes(".")),
        [],
      );
      assert.ok(offered.includes("Use sessions"));
    });

    it("keep what is typed of a new one over a reload", async () => {
      await open();
      await stage.button("Create Token").click();
      await stage.field("Name").fill("Half a na");
      await stage.field("Read issues").check();
      await stage.page.reload();
      await heading("Create Token").waitFor();
      assert.equal(await stage.field("Name").inputValue(), "Half a na");
      assert.equal(await stage.field("Read issues").isChecked(), true);
    });

    it("say what the server asks for where it wants the person once more", async () => {
      const words = "Administering takes your password or a one-time code within the last 15 minutes.";
      await open({ refuse: new AppError("step_up_required", words) });
      await stage.button("Create Token").click();
      await stage.field("Name").fill("Nightly report");
      await stage.field("Read issues").check();
      await stage.button("Create Token").click();
      await stage.page.getByText(words).waitFor();
      assert.equal(await stage.field("Name").inputValue(), "Nightly report");
    });
  });

  describe("the password", () => {
    const typed = { currentPassword: "four words of yours", password: "four other words" };
    async function fill(repeated: string): Promise<void> {
      await stage.field("Present password").fill(typed.currentPassword);
      await stage.field("New password").fill(typed.password);
      await stage.field("New password again").fill(repeated);
    }

    it("is changed by who knows it and types the new one twice; nothing of it is kept", async () => {
      await open();
      await fill("four other wards");
      await stage.button("Change Password").click();
      await stage.page.getByText("Is not the same as above").waitFor();
      assert.deepEqual(called, []);
      await assertForgotten(typed.currentPassword, typed.password);
      await fill(typed.password);
      await stage.page.keyboard.press("Enter");
      assert.deepEqual(await lastCall(), { operation: "auth.changePassword", input: typed, version: undefined });
      await waitFor(async () => /The password was changed/.test(await stage.announced()), { what: "that it is said" });
      for (const name of ["Present password", "New password", "New password again"]) {
        assert.equal(await stage.field(name).inputValue(), "", name);
        assert.equal(await stage.field(name).getAttribute("type"), "password");
      }
      await assertForgotten(typed.currentPassword, typed.password);
    });

    it("says beside its field that the present one is wrong", async () => {
      const errors = [{ path: "currentPassword", message: "is not your password" }];
      await open({ refuse: new AppError("invalid_input", "The password is wrong.", { errors }) });
      await fill(typed.password);
      await stage.button("Change Password").click();
      await stage.page.getByText("Is not your password").waitFor();
      assert.equal(await stage.field("Present password").getAttribute("aria-invalid"), "true");
    });

    it("is no form for who has none", async () => {
      await open({ state: { ...signIn, hasPassword: false } });
      await stage.page.getByText("You have none yet.").waitFor();
      assert.equal(await stage.field("Present password").isVisible(), false);
    });

    it("is asked about before what is typed is left", async () => {
      await open();
      await fill("");
      await stage.page.getByRole("navigation").getByRole("button", { name: "Tenants" }).click();
      await dialog().getByRole("button", { name: "Cancel" }).click();
      assert.equal(await stage.field("New password").inputValue(), typed.password);
    });
  });

  describe("one-time codes", () => {
    it("show secret and address once, and count when a code of them was given", async () => {
      await open();
      await stage.button("Set Up Codes").click();
      await stage.page.getByText("they are shown this once").waitFor();
      const shown = await stage.page.locator(".once code").allInnerTexts();
      assert.deepEqual(shown, [enrolment.secret, enrolment.address]);
      await stage.field("The code it shows").fill("12");
      await stage.page.keyboard.press("Enter");
      await stage.page.getByText("Must be six digits").waitFor();
      assert.equal(called.length, 1);
      await stage.field("The code it shows").fill("123456");
      await assertForgotten(secret, "123456");
      await stage.page.keyboard.press("Enter");
      await waitFor(() => called.length === 2, { what: "the code to be sent" });
      const input = { totp: "123456" };
      assert.deepEqual(await lastCall(), { operation: "auth.confirmTotp", input, version: undefined });
      await waitFor(async () => !(await stage.page.content()).includes(secret), { what: "the secret to be gone" });
      await assertForgotten(secret);
      stage.show({ ...signIn, hasTotp: true });
      await stage.button("Use No Codes").waitFor();
      assert.equal(await stage.button("Set Up Codes").isVisible(), false);
    });

    it("ask before a secret that was not confirmed is left, and go with Cancel", async () => {
      await open();
      await stage.button("Set Up Codes").click();
      await stage.field("The code it shows").waitFor();
      await stage.page.getByRole("navigation").getByRole("button", { name: "Tenants" }).click();
      await dialog().getByRole("button", { name: "Cancel" }).click();
      await stage.button("Cancel").click();
      assert.ok(!(await stage.page.content()).includes(secret));
      await stage.button("Set Up Codes").waitFor();
    });

    it("are given up after a question", async () => {
      await open({ state: { ...signIn, hasTotp: true } });
      await stage.button("Use No Codes").click();
      await dialog().getByRole("button", { name: "Use No Codes" }).click();
      assert.deepEqual(await lastCall(), { operation: "auth.removeTotp", input: undefined, version: undefined });
    });
  });

  it("says that a personal server needs neither password nor codes", async () => {
    await open({ state: { ...signIn, mode: "personal", hasPassword: false } });
    await stage.page.getByText("this server runs for you alone").waitFor();
    for (const name of ["Password", "One-Time Codes"]) assert.equal(await region(name).isVisible(), false, name);
    assert.equal(await region("Personal Access Tokens").isVisible(), true);
  });

  it("changes nothing where nothing may be changed", async () => {
    await open({ state: { ...signIn, canWrite: false, readOnlyReason: "This folder is not trusted." } });
    for (const name of [`Sign out ${laptop.client}`, "Create Token", "Change Password", "Set Up Codes"]) {
      assert.equal(await stage.button(name).isDisabled(), true, name);
    }
  });
});
