import assert from "node:assert/strict";
import { AppError } from "../../shared/errors.ts";
import { browserForTests } from "../support/browser.ts";
import { waitFor } from "../support/wait.ts";
import { gitHub, jira, loaded, openSettings, type SettingsStage, type SettingsStageOptions } from "./settings-stage.ts";
import { servePanels, type PanelServer } from "./stage.ts";

const canary = "ghp_canary_in_the_page";

describe("webviews: the settings panel", () => {
  const browser = browserForTests();
  let server: PanelServer;
  let stage: SettingsStage;
  before(async () => {
    server = await servePanels();
  });
  after(async () => server.close());
  afterEach(async () => {
    assert.deepEqual(await stage.complaints(), []);
    assert.deepEqual(stage.refused, []);
    assert.deepEqual(stage.foreign, []);
    await stage.close();
  });

  async function open(options: SettingsStageOptions = {}): Promise<void> {
    stage = await openSettings(browser(), server, options);
  }
  const heading = (name: string) => stage.page.getByRole("heading", { level: 1, name, exact: true });
  const asked = (name: string) => stage.asked.filter((one) => one.name === name).map(({ input }) => input);
  async function inputOf(name: string): Promise<unknown> {
    await waitFor(() => asked(name).length > 0, { what: `${name} to be asked` });
    return asked(name).at(-1);
  }

  describe("the list", () => {
    it("says of each connection what it is, whose, how it stands and who uses it", async () => {
      await open();
      const rows = stage.page.getByRole("listitem").filter({ has: stage.page.getByRole("heading", { level: 2 }) });
      await rows.first().waitFor();
      const texts = (await rows.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, " "));
      assert.equal(texts.length, 3);
      assert.match(
        texts[0] ?? "",
        /GitLab on our own GitLab\s?code\.example\.org\s?without a token\s?used by no project/,
      );
      assert.match(texts[0] ?? "", /Not tested Test/);
      assert.match(
        texts[1] ?? "",
        /Jira of the mill Jira Cloud\s?mill\.atlassian\.net\s?ada@example\.org.*Jira refuses e-mail.* Fails Test/,
      );
      assert.match(texts[2] ?? "", /Work at GitHub GitHub\s?github\.com\s?ada-l\s?2 projects Works Test/);
      const nav = stage.page.getByRole("navigation", { name: "Settings" });
      const pages = ["Tenants", "People", "Projects", "Connections", "SSH Keys", "Sessions", "Sign-in"];
      assert.deepEqual(await nav.getByRole("button").allInnerTexts(), pages);
      assert.equal(await nav.getByRole("button", { name: "Connections" }).getAttribute("aria-current"), "page");
    });

    it("says what a connection is where there is none", async () => {
      await open({ state: { ...loaded, connections: [] } });
      await stage.page.getByText("No connection yet.").waitFor();
      await stage.button("Add Connection").click();
      await heading("Add Connection").waitFor();
    });

    it("tests a connection, and cancels that, with the focus where it was", async () => {
      const { promise, resolve } = Promise.withResolvers<"cancelled">();
      const cancelled: unknown[] = [];
      await open({
        handlers: {
          testConnection: () => promise,
          cancelTest: (input) => {
            cancelled.push(input);
            resolve("cancelled");
            return "done";
          },
        },
      });
      await stage.button("Test Work at GitHub").click();
      await stage.page.getByText("Testing…", { exact: true }).waitFor();
      await stage.page.keyboard.press("Enter");
      await stage.button("Test Work at GitHub").waitFor();
      assert.deepEqual(cancelled, [{ id: gitHub.id }]);
      assert.match(await stage.announced(), /cancelled/);
    });

    it("follows what changes elsewhere without losing the focus", async () => {
      await open();
      await stage.button("Jira of the mill").focus();
      const [first, ...others] = [jira, gitHub];
      stage.show({ ...loaded, connections: [{ ...first, version: 4, status: { ...gitHub.status } }, ...others] });
      await waitFor(async () => (await stage.page.getByText("Works").count()) === 2, { what: "the new status" });
      assert.equal(await stage.page.locator(":focus").innerText(), "Jira of the mill");
      assert.equal(await stage.page.getByText("GitLab on our own").count(), 0);
    });

    it("offers no change where nothing may be changed, and says why", async () => {
      await open({ state: { ...loaded, canWrite: false, readOnlyReason: "This folder is not trusted." } });
      await stage.page.getByText("This folder is not trusted.").waitFor();
      for (const name of ["Add Connection", "Test Work at GitHub"])
        assert.equal(await stage.button(name).isDisabled(), true);
    });

    it("keeps names from acting as anything but text", async () => {
      const name = `<img src=x onerror="document.title='taken'"> \u202Egnp`;
      await open({ state: { ...loaded, connections: [{ ...gitHub, name, projects: ["<b>x</b>"] }] } });
      await stage.button(name).click();
      await heading(name).waitFor();
      assert.equal(await stage.page.locator("img, b").count(), 0);
      assert.notEqual(await stage.page.title(), "taken");
    });
  });

  describe("adding", () => {
    it("sends what was typed, shows the new connection and tests it", async () => {
      await open({ state: { ...loaded, connections: [] } });
      await stage.button("Add Connection").click();
      await stage.page
        .getByRole("radio", { name: /GitHub/ })
        .first()
        .check();
      await stage.field("Token").fill(` ${canary} `);
      await stage.button("Add and Test").click();
      assert.deepEqual(await inputOf("addConnection"), {
        tenantId: "ten_1",
        provider: "github",
        name: "github.com",
        baseUrl: "",
        email: "",
        statusOverrides: { open: [], closed: [] },
        access: "token",
        token: canary,
      });
    });

    it("goes on to the new connection and its test once it is shown", async () => {
      await open({
        handlers: {
          addConnection: () => {
            stage.show({
              ...loaded,
              connections: [...loaded.connections, { ...gitHub, id: "con_new", name: "github.com" }],
            });
            return { id: "con_new" };
          },
        },
      });
      await stage.button("Add Connection").click();
      await stage.field("Token").fill(canary);
      await stage.page.keyboard.press("Enter");
      await heading("github.com").waitFor();
      assert.deepEqual(await inputOf("testConnection"), { id: "con_new" });
      assert.equal(await stage.field("New token").inputValue(), "");
      assert.equal(await stage.page.locator(":focus").innerText(), "github.com");
    });

    it("asks each tracker for what it wants, with examples and where its tokens are made", async () => {
      await open();
      await stage.button("Add Connection").click();
      const link = (name: string) => stage.page.getByRole("link", { name });
      await stage.field("Address").fill("https://ghe.example.org/api/v3");
      assert.match(
        (await link("Make a classic token").getAttribute("href")) ?? "",
        /^https:\/\/ghe\.example\.org\/settings\/tokens\/new\?scopes=repo/,
      );
      assert.match(await stage.page.locator(".token-help").innerText(), /repo[^]*public_repo/);
      await stage.page.getByRole("radio", { name: /Jira Cloud/ }).check();
      await stage.field("E-mail of the account").waitFor();
      await stage.page.getByText("https://your-team.atlassian.net").waitFor();
      await link("Make an API token").click();
      assert.deepEqual(await inputOf("openLink"), {
        url: "https://id.atlassian.com/manage-profile/security/api-tokens",
      });
      await stage.page.getByRole("radio", { name: /Data Center/ }).check();
      assert.equal(await stage.field("E-mail of the account").isVisible(), false);
      await stage.page.getByRole("radio", { name: /GitLab/ }).check();
      await stage.field("Address").fill("https://example.org/gitlab");
      assert.match(
        (await link("Make a personal access token").getAttribute("href")) ?? "",
        /^https:\/\/example\.org\/gitlab\/-\/user_settings\/personal_access_tokens/,
      );
    });

    it("says beside the field what is wrong, before and after the server was asked", async () => {
      const errors = [{ path: "baseUrl", message: "the host is not known" }];
      await open({
        handlers: {
          addConnection: () => {
            throw new AppError("invalid_input", "The host is not known. Check its spelling.", { errors });
          },
        },
      });
      await stage.button("Add Connection").click();
      await stage.page.getByRole("radio", { name: /Jira Cloud/ }).check();
      await stage.field("Token").fill(canary);
      await stage.button("Add and Test").click();
      const address = stage.field("Address");
      await stage.page.getByText("This tracker has no common address: give your own.").waitFor();
      await stage.page.getByText("Jira Cloud takes a token together with its account's e-mail.").waitFor();
      assert.equal(await address.getAttribute("aria-invalid"), "true");
      const describedBy = ((await address.getAttribute("aria-describedby")) ?? "").split(" ");
      assert.match(await stage.page.locator(`#${describedBy[0]}`).innerText(), /give your own/);
      assert.equal(await address.evaluate((element) => element === document.activeElement), true);
      await address.fill("https://nowhere.example");
      await stage.field("E-mail of the account").fill("ada@example.org");
      await stage.field("Name").fill("Mine");
      await stage.button("Add and Test").click();
      await stage.page.getByText("the host is not known", { exact: true }).waitFor();
      assert.equal(await stage.field("Token").inputValue(), canary, "what was typed stays");
    });

    it("uses VS Code's GitHub sign-in for github.com and the set enterprise server alone", async () => {
      await open({ state: { ...loaded, enterpriseOrigin: "https://ghe.example.org" } });
      await stage.button("Add Connection").click();
      const signIn = stage.page.getByRole("radio", { name: /GitHub sign-in/ });
      await signIn.check();
      assert.equal(await stage.field("Token").isVisible(), false);
      await stage.field("Address").fill("https://other.example.org/api/v3");
      assert.equal(await signIn.isVisible(), false);
      assert.equal(await stage.field("Token").isVisible(), true);
      await stage.field("Address").fill("https://ghe.example.org/api/v3");
      await signIn.check();
      await stage.button("Add and Test").click();
      const input = await inputOf("addConnection");
      assert.deepEqual([Reflect.get(Object(input), "access"), Reflect.get(Object(input), "token")], ["signIn", ""]);
    });

    it("asks for the tenant where there are several", async () => {
      await open({ state: { ...loaded, tenants: [...loaded.tenants, { id: "ten_2", name: "Mill" }] } });
      await stage.button("Add Connection").click();
      await stage.field("Tenant").selectOption("Mill");
      await stage.field("Token").fill(canary);
      await stage.button("Add and Test").click();
      assert.equal(Reflect.get(Object(await inputOf("addConnection")), "tenantId"), "ten_2");
    });
  });
});
