import assert from "node:assert/strict";
import { AppError } from "../../shared/errors.ts";
import { browserForTests } from "../support/browser.ts";
import { waitFor } from "../support/wait.ts";
import { ada, bob, engine, projects, site } from "./settings-directory.ts";
import { openSettings, type SettingsStage, type SettingsStageOptions } from "./settings-stage.ts";
import { servePanels, type PanelServer } from "./stage.ts";

describe("webviews: the projects' page of the settings", () => {
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
  const called = () => stage.asked.filter(({ name }) => name === "call").map(({ input }) => input);
  const labels = (field: string) => stage.field(field).locator("option").allInnerTexts();
  async function lastCall(): Promise<unknown> {
    await waitFor(() => called().length > 0, { what: "an operation to be called" });
    return called().at(-1);
  }
  async function open(item = "", options: SettingsStageOptions = {}): Promise<void> {
    stage = await openSettings(browser(), server, { state: projects, place: { page: "projects", item }, ...options });
    await heading(item === "" ? "Projects" : (projects.projects.find(({ id }) => id === item)?.name ?? "")).waitFor();
  }
  const { id } = site;
  /** The site as its form sends it. */
  const saved = Object.fromEntries(
    Object.entries(site).filter(([name]) => !["version", "createdAt", "updatedAt", "tenantId", "links"].includes(name)),
  );

  it("lists every project with tenant, repository, trackers and owner", async () => {
    await open();
    const [first = "", second = ""] = await stage.page.locator(".item-row").allInnerTexts();
    assert.match(first, /^Engine\s+engine[^]*Acme[^]*no repository[^]*no tracker$/);
    assert.match(second, /^Website[^]*The mill[^]*mill\/site\.git[^]*mill\/site[^]*owned by Ada Lovelace$/);
  });

  it("adds a project to a tenant that was chosen, with what its repository needs", async () => {
    await open();
    await stage.button("Add Project").click();
    assert.deepEqual(await labels("Tenant"), ["Choose…", "Acme", "The mill"]);
    await stage.field("Name").fill("Looms");
    await stage.field("Short name").fill("looms");
    await stage.field("Repository").fill("git@example.org:mill/looms.git");
    await stage.button("Add Project").click();
    await stage.page.getByText("This is needed.").waitFor();
    assert.deepEqual(called(), []);
    await stage.field("Tenant").selectOption({ label: "The mill" });
    await stage.button("Add Project").click();
    const input = { name: "Looms", slug: "looms", repositoryUrl: "git@example.org:mill/looms.git", defaultBranch: "" };
    assert.deepEqual(await lastCall(), {
      operation: "projects.create",
      input: { tenantId: "ten_mill", ...input },
      version: undefined,
    });
  });

  it("chooses the only tenant by itself, which is nothing to lose", async () => {
    await open();
    stage.show({ ...projects, tenants: [{ id: "ten_mill", name: "The mill" }] });
    await stage.button("Add Project").click();
    assert.equal(await stage.field("Tenant").inputValue(), "ten_mill");
    await stage.button("All projects").click();
    await heading("Projects").waitFor();
  });

  it("changes branches, key, owner, roles and schedule, with the tenant's keys alone to choose from", async () => {
    await open(site.id);
    assert.deepEqual(await labels("SSH key"), ["None", "Deploy key"]);
    assert.equal(await stage.field("Protected branches").inputValue(), "main\nrelease/*");
    await stage.field("Protected branches").fill("main\n\n  hotfix/* ");
    await stage.field("SSH key").selectOption({ label: "Deploy key" });
    await stage.field("Owner").selectOption({ label: "Nobody" });
    await stage.field("Role in the project").selectOption({ label: "Write" });
    await stage.button("Add Role").click();
    await stage.field("Person").nth(1).selectOption({ label: "Ada Lovelace (ada@example.org)" });
    await stage.field("Minutes between syncs").fill("0");
    await stage.button("Save").click();
    assert.deepEqual(await lastCall(), {
      operation: "projects.update",
      input: {
        ...saved,
        protectedBranches: ["main", "hotfix/*"],
        sshKeyId: "key_mill",
        ownerId: null,
        roles: [
          { userId: bob.id, role: "write" },
          { userId: ada.id, role: "read" },
        ],
        syncMinutes: 0,
      },
      version: 2,
    });
  });

  it("says beside the field what the server refused", async () => {
    const wrong = [
      { path: "repositoryUrl", message: "ext:: is not allowed" },
      { path: "protectedBranches.0", message: '"-x" cannot be a branch name: it starts with a dash.' },
      { path: "roles.0.userId", message: "There is no such person." },
    ];
    await open(site.id, {
      handlers: {
        call: () => {
          throw new AppError("invalid_input", "See the fields.", { errors: wrong });
        },
      },
    });
    await stage.field("Minutes between syncs").fill("1500");
    await stage.button("Save").click();
    await stage.page.getByText("At most 1440.").waitFor();
    await stage.field("Minutes between syncs").fill("5");
    await stage.button("Save").click();
    for (const { message } of wrong) await stage.page.getByText(message).waitFor();
    for (const field of ["Repository", "Protected branches", "Person"]) {
      assert.equal(await stage.field(field).getAttribute("aria-invalid"), "true", field);
    }
  });

  it("shows another's change after a version conflict, and saves on it", async () => {
    let refuse = true;
    await open(site.id, {
      handlers: {
        call: (input) => {
          if (!refuse) {
            stage.asked.push({ name: "call", input });
            return { answer: {} };
          }
          refuse = false;
          stage.show({ ...projects, projects: [{ ...site, version: 3, ownerId: bob.id, name: "Theirs" }] });
          throw new AppError("stale_version", "It was changed meanwhile. Look at it and try again.");
        },
      },
    });
    await stage.field("Name").fill("Mine");
    await stage.button("Save").click();
    await stage.page.getByText("It was changed meanwhile.").waitFor();
    await stage.page.getByText("Somebody saved this meanwhile: Theirs").waitFor();
    assert.equal(await stage.field("Owner").inputValue(), bob.id);
    await stage.button("Save").click();
    const input = { ...saved, name: "Mine", ownerId: bob.id };
    assert.deepEqual(await lastCall(), { operation: "projects.update", input, version: 3 });
  });

  it("links a tracker's project, and removes a link after a question", async () => {
    await open(site.id);
    await stage.page.getByText("Work at GitHub").first().waitFor();
    assert.equal(await stage.field("Connection").inputValue(), "con_hub", "the tenant's only one is chosen");
    await stage.field("Project at the tracker").fill(" mill/docs ");
    await stage.page.keyboard.press("Enter");
    const added = { id, connectionId: "con_hub", externalProject: "mill/docs" };
    assert.deepEqual(await lastCall(), { operation: "projects.addLink", input: added, version: undefined });
    await waitFor(async () => (await stage.field("Project at the tracker").inputValue()) === "", {
      what: "the field to be empty again",
    });
    await stage.button("Remove the link to mill/site").click();
    await dialog().getByText("The issues that came over it go from here.").waitFor();
    await dialog().getByRole("button", { name: "Remove Link" }).click();
    await waitFor(() => called().length === 2, { what: "the second call" });
    const removed = { operation: "projects.removeLink", input: { id, linkId: "lnk_1" }, version: undefined };
    assert.deepEqual(called()[1], removed);
    stage.show({ ...projects, projects: [{ ...site, version: 3, links: [] }] });
    await stage.page.getByText("It has no tracker yet").waitFor();
  });

  it("asks for a connection where the tenant has none", async () => {
    await open(engine.id);
    await stage.page.getByText("This tenant has no connection to a tracker yet").waitFor();
    assert.equal(await stage.button("Add Link").isVisible(), false);
  });

  it("asks before it leaves a link that is typed and not added", async () => {
    await open(site.id);
    await stage.field("Project at the tracker").fill("mill/do");
    await stage.button("All projects").click();
    await dialog().getByRole("button", { name: "Discard" }).click();
    await heading("Projects").waitFor();
  });

  it("deletes after a question alone", async () => {
    await open(engine.id);
    await stage.button("Delete Project").click();
    await dialog().getByRole("button", { name: "Cancel" }).click();
    assert.deepEqual(called(), []);
    await stage.button("Delete Project").click();
    await dialog().getByRole("button", { name: "Delete Project" }).click();
    assert.deepEqual(await lastCall(), { operation: "projects.remove", input: { id: engine.id }, version: 2 });
    stage.show({ ...projects, projects: [site] });
    await heading("Projects").waitFor();
  });
});
