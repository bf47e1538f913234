import assert from "node:assert/strict";
import { AppError } from "../../shared/errors.ts";
import { browserForTests } from "../support/browser.ts";
import { waitFor } from "../support/wait.ts";
import { ada, bob, carol, dave, people } from "./settings-directory.ts";
import { openSettings, type SettingsStage, type SettingsStageOptions } from "./settings-stage.ts";
import { servePanels, type PanelServer } from "./stage.ts";

describe("webviews: the people's page of the settings", () => {
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

  const heading = (name: string) => stage.page.getByRole("heading", { level: 1, name, exact: true });
  const dialog = () => stage.page.getByRole("alertdialog");
  const group = (name: string) => stage.page.getByRole("group", { name });
  const called = () => stage.asked.filter(({ name }) => name === "call").map(({ input }) => input);
  async function lastCall(): Promise<unknown> {
    await waitFor(() => called().length > 0, { what: "an operation to be called" });
    return called().at(-1);
  }
  async function open(item = "", options: SettingsStageOptions = {}): Promise<void> {
    stage = await openSettings(browser(), server, { state: people, place: { page: "people", item }, ...options });
    await heading(item === "" ? "People" : (people.people.find(({ id }) => id === item)?.name ?? "")).waitFor();
  }

  it("lists everybody by name with level, tenants, Linux user and status, and what keeps them from working here", async () => {
    await open();
    await stage.page.getByText("strategy: mapping").waitFor();
    const rows = await stage.page.locator(".item-row").allInnerTexts();
    assert.deepEqual(
      rows.map((row) => row.split("\n")[0]),
      [ada, bob, carol, dave].map(({ name }) => name),
    );
    assert.match(rows[0] ?? "", /ada@example\.org[^]*Administrator[^]*Linux user ada_l$/);
    assert.match(
      rows[1] ?? "",
      /Technician[^]*Acme, The mill \(Partner administrator\)[^]*bobby, which does not exist/,
    );
    assert.match(rows[2] ?? "", /no Linux user[^]*An administrator sets it/);
    assert.match(rows[3] ?? "", /Disabled/);
    assert.doesNotMatch(rows[3] ?? "", /administrator sets it/, "who can't sign in has nothing to mend");
  });

  it("says how people come to their Linux users where it is another way", async () => {
    await open();
    stage.show({ ...people, strategy: "direct" });
    await stage.page.getByText("strategy: direct").waitFor();
    stage.show({ ...people, mode: "personal" });
    await stage.page.getByText("one person's own").waitFor();
  });

  it("narrows a long list by name and facts", async () => {
    await open();
    const many = Array.from({ length: 40 }, (_, index) => ({
      ...carol,
      id: `usr_${index}`,
      name: `Person ${index}`,
      email: `p${index}@example.org`,
    }));
    assert.equal(await stage.field("Filter: People").isVisible(), false);
    stage.show({ ...people, people: [...many, bob] });
    await stage.field("Filter: People").fill("partner");
    await waitFor(async () => (await stage.page.locator(".item-row").count()) === 1, { what: "one row" });
    await stage.field("Filter: People").fill("nobody at all");
    await stage.page.getByText("Nothing found").waitFor();
  });

  it("adds a person with a tenant and an account at a tracker", async () => {
    await open();
    await stage.button("Add Person").click();
    await stage.field("Name").fill("Eve");
    await stage.field("E-mail").fill("Eve@Example.org");
    await stage.field("User name").fill("eve");
    await stage.field("Level").selectOption({ label: "Technician" });
    await stage.button("Add Tenant").click();
    await stage.button("Add Person").click();
    // The tenant of the new row was not chosen.
    await group("Tenants").getByText("This is needed.").waitFor();
    assert.equal(await stage.field("Tenant").getAttribute("aria-invalid"), "true");
    assert.equal(await stage.field("Tenant").evaluate((element) => element === document.activeElement), true);
    assert.deepEqual(called(), []);
    await stage.field("Tenant").selectOption({ label: "The mill" });
    await stage.field("Role in the tenant").selectOption({ label: "Partner administrator" });
    await stage.button("Add Account").click();
    await stage.field("Connection").selectOption({ label: "Work at GitHub" });
    await stage.field("Account").fill("eve-h");
    await stage.page.keyboard.press("Enter");
    assert.deepEqual(await lastCall(), {
      operation: "users.create",
      input: {
        name: "Eve",
        email: "eve@example.org",
        username: "eve",
        level: "technician",
        linuxUser: "",
        memberships: [{ tenantId: "ten_mill", role: "partner_admin" }],
        identities: [{ connectionId: "con_hub", login: "eve-h" }],
      },
      version: undefined,
    });
  });

  it("changes a person, and neither their status nor what was not touched", async () => {
    await open(bob.id);
    await stage.field("Linux user").fill("bob");
    await stage.button("Remove Acme – Member").click();
    assert.equal(
      await stage.button("Remove The mill – Partner administrator").evaluate((one) => one === document.activeElement),
      true,
      "the focus stays in the list",
    );
    await stage.button("Save").click();
    const { id, name, email, username, level, identities } = bob;
    assert.deepEqual(await lastCall(), {
      operation: "users.update",
      input: {
        id,
        name,
        email,
        username,
        level,
        identities,
        linuxUser: "bob",
        memberships: [{ tenantId: "ten_mill", role: "partner_admin" }],
      },
      version: 2,
    });
  });

  it("says beside the field, and in its row, what the server refused", async () => {
    const refusals = [
      new AppError("name_taken", 'The username "ada" is taken. Choose another one.', {
        errors: [{ path: "username", message: 'The username "ada" is taken. Choose another one.' }],
      }),
      new AppError("invalid_input", "A membership names a tenant that does not exist.", {
        errors: [{ path: "memberships.1.tenantId", message: "There is no such tenant." }],
      }),
    ];
    await open(bob.id, {
      handlers: {
        call: () => {
          throw refusals.shift() ?? assert.fail("asked too often");
        },
      },
    });
    await stage.field("User name").fill("ada");
    await stage.button("Save").click();
    await stage.page.getByText('The username "ada" is taken.').waitFor();
    assert.equal(await stage.field("User name").getAttribute("aria-invalid"), "true");
    await stage.button("Save").click();
    await stage.page.locator(".rows-list > li:nth-child(2)").getByText("There is no such tenant.").waitFor();
    const invalid = await stage.page
      .getByLabel("Tenant", { exact: true })
      .evaluateAll((all) => all.map((one) => one.getAttribute("aria-invalid")));
    assert.deepEqual(invalid, [null, "true"]);
  });

  it("says that a step-up is needed where nothing asked for it, and keeps what was typed", async () => {
    const sentence = "Administering takes your password or a one-time code. Show again who you are.";
    await open(bob.id, {
      handlers: {
        call: () => {
          throw new AppError("step_up_required", sentence);
        },
      },
    });
    await stage.field("Name").fill("Robert");
    await stage.button("Save").click();
    await stage.page.getByText(sentence).waitFor();
    assert.equal(await stage.field("Name").inputValue(), "Robert");
  });

  it("names what another saved meanwhile as people call it, and follows where nothing is typed", async () => {
    await open(bob.id);
    await stage.field("Role in the tenant").first().selectOption({ label: "Partner administrator" });
    await stage.field("Level").selectOption({ label: "Billing" });
    const memberships = [{ tenantId: "ten_mill", role: "member" as const }];
    stage.show({ ...people, people: [{ ...bob, version: 3, memberships, level: "client", name: "Bobby" }, ada] });
    await stage.page.getByText("Somebody saved this meanwhile: The mill – Member").waitFor();
    await stage.page.getByText("Somebody saved this meanwhile: Client").waitFor();
    assert.equal(await stage.field("Name").inputValue(), "Bobby");
    assert.equal(await stage.field("Level").inputValue(), "billing");
  });

  it("offers what there is by now, and keeps what is gone visible", async () => {
    await open(bob.id);
    stage.show({ ...people, tenants: [{ id: "ten_acme", name: "Acme of the north" }] });
    const labels = await stage
      .field("Tenant")
      .evaluateAll((all) => all.map((one) => (one instanceof HTMLSelectElement ? one.selectedOptions[0]?.label : "")));
    assert.deepEqual(labels, ["Acme of the north", "ten_mill (not there any more)"]);
  });

  it("says on the person's own page what is wrong with the mapping, and how the server comes to act as them", async () => {
    await open(carol.id);
    const section = stage.page.getByRole("region", { name: "On the host" });
    await section.getByText("has no Linux account").waitFor();
    await section.getByText("aiops install --mapped").waitFor();
    stage.show({ ...people, people: [{ ...carol, worksAs: "carol", problem: null }] });
    await section.getByText("Works as carol on the server's host.").waitFor();
    stage.show({ ...people, mode: "personal", people: [{ ...carol, problem: null }] });
    await section.getByText("Works as no Linux user").waitFor();
    assert.equal(await section.getByText("aiops install --mapped").count(), 0);
  });

  it("disables after a question alone, and enables", async () => {
    await open(bob.id);
    await stage.button("Disable Person").click();
    await dialog().getByRole("button", { name: "Cancel" }).click();
    assert.deepEqual(called(), []);
    await stage.button("Disable Person").click();
    await dialog().getByRole("button", { name: "Disable Person" }).click();
    const disabled = { operation: "users.update", input: { id: bob.id, status: "disabled" }, version: 2 };
    assert.deepEqual(await lastCall(), disabled);
    stage.show({ ...people, people: [{ ...bob, version: 3, status: "disabled" }] });
    await stage.page.getByText("Disabled: can't sign in.").waitFor();
    assert.equal(await stage.button("Make One-time Code").isVisible(), false);
    await stage.button("Enable Person").click();
    await waitFor(() => called().length === 2, { what: "the second call" });
    assert.deepEqual(called()[1], {
      operation: "users.update",
      input: { id: bob.id, status: "active" },
      version: 3,
    });
  });

  it("warns who disables themselves", async () => {
    await open(ada.id);
    await stage.button("Disable Person").click();
    await dialog().getByText("This is you").waitFor();
    await dialog().getByRole("button", { name: "Cancel" }).click();
  });

  it("makes a one-time code, shows it once, and keeps it nowhere", async () => {
    const code = "canary-code-0123456789";
    await open(carol.id, {
      handlers: { call: () => ({ answer: { code, expiresAt: new Date(Date.now() + 3_600_000).toISOString() } }) },
    });
    await stage.button("Make One-time Code").click();
    await stage.page.getByText(code).waitFor();
    assert.equal(await stage.field("One-time code").evaluate((one) => one === document.activeElement), true);
    assert.ok(!(await stage.saved()).includes(code));
    assert.ok(!JSON.stringify(stage.kept()).includes(code));
    await stage.button("All people").click();
    await stage.button(carol.name).click();
    await stage.button("Make One-time Code").waitFor();
    assert.equal(await stage.page.getByText(code).count(), 0);
  });

  it("deletes after a question alone, and goes back to the list", async () => {
    await open(bob.id);
    await stage.button("Delete Person").click();
    await dialog().getByText("clones and files on the host stay").waitFor();
    await dialog().getByRole("button", { name: "Delete Person" }).click();
    assert.deepEqual(await lastCall(), { operation: "users.remove", input: { id: bob.id }, version: 2 });
    stage.show({ ...people, people: [ada] });
    await heading("People").waitFor();
  });

  it("keeps rows that were typed over a reload, and asks before it leaves them", async () => {
    stage = await openSettings(browser(), server);
    await stage.page.getByRole("navigation").getByRole("button", { name: "People" }).click();
    await heading("People").waitFor();
    stage.show(people);
    await stage.button(carol.name).click();
    await stage.button("Add Account").click();
    await stage.field("Account").fill("carol-s");
    await stage.page.reload();
    await heading(carol.name).waitFor();
    assert.equal(await stage.field("Account").inputValue(), "carol-s");
    await stage.button("All people").click();
    await dialog().getByRole("button", { name: "Discard" }).click();
    await heading("People").waitFor();
  });

  it("changes nothing where nothing may be changed", async () => {
    await open(bob.id);
    stage.show({ ...people, canWrite: false, readOnlyReason: "This folder is not trusted." });
    await stage.page.getByText("This folder is not trusted.").waitFor();
    for (const name of ["Save", "Delete Person", "Disable Person", "Make One-time Code", "Add Tenant", "Add Account"]) {
      assert.equal(await stage.button(name).isDisabled(), true, name);
    }
    assert.equal(await stage.field("Tenant").first().isDisabled(), true);
  });
});
