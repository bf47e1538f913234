import assert from "node:assert/strict";
import type { Tenant } from "../../shared/entities/tenant.ts";
import { AppError } from "../../shared/errors.ts";
import type { LoadedPage } from "../../shared/messages/settings-panel.ts";
import { browserForTests } from "../support/browser.ts";
import { waitFor } from "../support/wait.ts";
import { gitHub, jira, loaded, openSettings, type SettingsStage, type SettingsStageOptions } from "./settings-stage.ts";
import { servePanels, type PanelServer } from "./stage.ts";

const acme: Tenant = {
  id: "ten_acme",
  version: 2,
  createdAt: "2026-01-02T03:04:05.000Z",
  updatedAt: "2026-01-02T03:04:05.000Z",
  slug: "acme",
  name: "Acme",
  color: "#1f6feb",
  description: "Makers of mills",
};
const mill: Tenant = { ...acme, id: "ten_mill", slug: "mill", name: "The mill", description: "" };

const tenants: LoadedPage<"tenants"> = {
  kind: "loaded",
  page: "tenants",
  tenants: [mill, acme],
  canWrite: true,
  readOnlyReason: null,
  offlineSince: null,
};

describe("webviews: the pages of the settings", () => {
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
    await stage.close();
  });

  const open = async (options: SettingsStageOptions): Promise<void> => {
    stage = await openSettings(browser(), server, options);
  };
  const heading = (name: string) => stage.page.getByRole("heading", { level: 1, name, exact: true });
  const dialog = () => stage.page.getByRole("alertdialog");
  const entry = (name: string) => stage.page.getByRole("navigation").getByRole("button", { name, exact: true });
  const focused = () => stage.page.locator(":focus").innerText();
  const called = () => stage.asked.filter(({ name }) => name === "call").map(({ input }) => input);
  async function lastCall(): Promise<unknown> {
    await waitFor(() => called().length > 0, { what: "an operation to be called" });
    return called().at(-1);
  }
  /** The tenants' page, come to by its entry. */
  async function openTenants(options: SettingsStageOptions = {}): Promise<void> {
    await open(options);
    await entry("Tenants").click();
    await heading("Tenants").waitFor();
    stage.show(tenants);
    await stage.button(acme.name).waitFor();
  }

  describe("the navigation", () => {
    it("leaves the person only the pages that are theirs", async () => {
      await open({ place: { page: "signIn", item: "" } });
      await heading("Sign-in").waitFor();
      stage.host.tell("offer", { pages: ["signIn"] });
      await entry("Tenants").waitFor({ state: "hidden" });
      assert.deepEqual(await stage.page.getByRole("navigation").getByRole("button").allInnerTexts(), ["Sign-in"]);
      await entry("Sign-in").focus();
      await stage.page.keyboard.press("ArrowDown");
      assert.equal(await focused(), "Sign-in");
    });

    it("leads from page to page by arrow keys and Enter, marks where one is, and keeps it over a reload", async () => {
      await open({});
      await heading("Connections").waitFor();
      await stage.page.keyboard.press("Tab");
      assert.equal(await focused(), "Connections");
      await stage.page.keyboard.press("ArrowDown");
      assert.equal(await focused(), "SSH Keys");
      await stage.page.keyboard.press("End");
      await stage.page.keyboard.press("ArrowDown");
      assert.equal(await focused(), "Tenants");
      await stage.page.keyboard.press("ArrowUp");
      await stage.page.keyboard.press("Home");
      await stage.page.keyboard.press("Enter");
      await heading("Tenants").waitFor();
      assert.equal(await focused(), "Tenants");
      assert.equal(await entry("Tenants").getAttribute("aria-current"), "page");
      assert.equal(await entry("Connections").getAttribute("aria-current"), null);
      await stage.page.reload();
      await heading("Tenants").waitFor();
    });

    it("asks before it leaves what is typed", async () => {
      await open({});
      await stage.button(gitHub.name).click();
      await stage.field("Name").fill("Mine");
      await entry("Tenants").click();
      await dialog().getByRole("button", { name: "Cancel" }).click();
      assert.equal(await stage.field("Name").inputValue(), "Mine");
      await entry("Tenants").click();
      await dialog().getByRole("button", { name: "Discard" }).click();
      await heading("Tenants").waitFor();
    });

    it("shows nothing of a page that was left before it was read", async () => {
      await open({ handlers: { openPage: () => undefined } });
      await entry("Tenants").click();
      stage.show(loaded);
      stage.show(tenants);
      await stage.button(acme.name).waitFor();
      assert.equal(await heading("Connections").count(), 0);
    });
  });

  describe("a link", () => {
    it("opens a page and an item of it", async () => {
      await open({ place: { page: "connections", item: jira.id } });
      await heading(jira.name).waitFor();
    });

    it("leads to the page where the item is not there", async () => {
      await open({ place: { page: "connections", item: "con_gone" } });
      await heading("Connections").waitFor();
      await stage.button(jira.name).waitFor();
    });

    it("leads on from a panel that is open, after a question where something would be lost", async () => {
      await openTenants();
      await stage.button("Add Tenant").click();
      await stage.field("Name").fill("Half a na");
      stage.host.tell("go", { page: "connections", item: "" });
      await dialog().getByRole("button", { name: "Discard" }).click();
      await heading("Connections").waitFor();
      stage.show(loaded);
      stage.host.tell("go", { page: "connections", item: gitHub.id });
      await heading(gitHub.name).waitFor();
    });
  });

  describe("a form of the contract's schema", () => {
    it("has its bounds, says what is wrong beside the field, and sends what is right", async () => {
      await openTenants();
      await stage.button("Add Tenant").click();
      assert.equal(await stage.field("Short name").getAttribute("maxlength"), "63");
      for (const name of ["Short name", "Description"]) {
        assert.ok(((await stage.field(name).boundingBox())?.width ?? 0) > 500, `${name} has the width of the page`);
      }
      assert.equal(await stage.field("Name").getAttribute("aria-required"), "true");
      assert.equal(await stage.field("Colour").inputValue(), "#1f6feb", "the schema's default");
      await stage.field("Short name").fill("No Slug");
      await stage.page.keyboard.press("Enter");
      await stage.page.getByText("must not be empty").waitFor();
      await stage.page.getByText("must be lower-case letters, digits and single dashes").waitFor();
      assert.deepEqual(called(), []);
      assert.equal(await stage.field("Name").evaluate((element) => element === document.activeElement), true);
      await stage.field("Name").fill(" The forge ");
      await stage.field("Short name").fill("forge");
      await stage.page.keyboard.press("Enter");
      assert.deepEqual(await lastCall(), {
        operation: "tenants.create",
        input: { slug: "forge", name: "The forge", color: "#1f6feb", description: "" },
        version: undefined,
      });
    });

    it("says beside the field what the server refused, and keeps what was typed", async () => {
      await openTenants({
        handlers: {
          call: () => {
            throw new AppError("name_taken", 'The slug "acme" is taken. Choose another one.');
          },
        },
      });
      await stage.button(mill.name).click();
      await stage.field("Short name").fill("acme");
      await stage.button("Save").click();
      await stage.page.getByText('The slug "acme" is taken.').waitFor();
      assert.equal(await stage.field("Short name").getAttribute("aria-invalid"), "true");
      assert.equal(await stage.field("Short name").inputValue(), "acme");
    });

    it("follows what another saves where nothing is typed, and says it where something is", async () => {
      await openTenants();
      await stage.button(acme.name).click();
      await stage.field("Name").fill("Mine");
      stage.show({ ...tenants, tenants: [{ ...acme, version: 3, name: "Theirs", description: "New" }, mill] });
      await stage.page.getByText("Somebody saved this meanwhile: Theirs").waitFor();
      assert.equal(await stage.field("Description").inputValue(), "New");
      assert.equal(await stage.field("Name").inputValue(), "Mine");
      await stage.button("Save").click();
      const { id, slug, color } = acme;
      assert.deepEqual(await lastCall(), {
        operation: "tenants.update",
        input: { id, slug, name: "Mine", color, description: "New" },
        version: 3,
      });
    });

    it("keeps what is typed over a reload", async () => {
      await openTenants();
      await stage.button(acme.name).click();
      await stage.field("Description").fill("Half a senten");
      await stage.page.reload();
      await heading(acme.name).waitFor();
      assert.equal(await stage.field("Description").inputValue(), "Half a senten");
      await stage.page.getByText("What you had typed is here again").waitFor();
    });

    it("deletes after a question alone", async () => {
      await openTenants();
      await stage.button(mill.name).click();
      await stage.button("Delete Tenant").click();
      await dialog().getByRole("button", { name: "Cancel" }).click();
      assert.deepEqual(called(), []);
      await stage.button("Delete Tenant").click();
      await dialog().getByRole("button", { name: "Delete Tenant" }).click();
      assert.deepEqual(await lastCall(), { operation: "tenants.remove", input: { id: mill.id }, version: 2 });
      stage.show({ ...tenants, tenants: [acme] });
      await heading("Tenants").waitFor();
    });

    it("changes nothing where nothing may be changed", async () => {
      await openTenants();
      stage.show({ ...tenants, canWrite: false, readOnlyReason: "This folder is not trusted." });
      await stage.button(acme.name).click();
      await stage.page.getByText("This folder is not trusted.").waitFor();
      for (const name of ["Save", "Delete Tenant"]) assert.equal(await stage.button(name).isDisabled(), true, name);
      assert.equal(await stage.field("Name").isDisabled(), true);
    });
  });
});
