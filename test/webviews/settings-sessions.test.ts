import assert from "node:assert/strict";
import type { ResyncResult } from "../../shared/entities/session.ts";
import { lost, sessions, working } from "./settings-access.ts";
import { settingsForTests, type SettingsStage } from "./settings-stage.ts";

const nothing: ResyncResult = { recreated: [], pruned: [], lost: [], unknown: [] };

describe("webviews: the page of sessions", () => {
  const openPanel = settingsForTests();
  let stage: SettingsStage;
  let called: unknown[] = [];

  async function open(answer: ResyncResult, state = sessions): Promise<void> {
    called = [];
    stage = await openPanel({
      state,
      place: { page: "sessions", item: "" },
      handlers: {
        call: (input) => {
          called.push(input);
          return { answer };
        },
      },
    });
    await stage.page.getByRole("heading", { level: 1, name: "Sessions", exact: true }).waitFor();
  }
  const dialog = () => stage.page.getByRole("alertdialog");
  async function resync(): Promise<string> {
    await stage.button("Resync with tmux").click();
    await dialog().getByRole("button", { name: "Resync" }).click();
    await stage.page.locator(".answer .notice").first().waitFor();
    return stage.page.locator(".answer").innerText();
  }

  it("lists what the server knows: whose, where, how it stands, and its name in tmux", async () => {
    await open(nothing);
    const [first = "", second = ""] = await stage.page.locator(".item-row").allInnerTexts();
    assert.match(first, /#12 The mill stops[^]*codex[^]*Website[^]*Ada[^]*12-the-mill-stops-pweb[^]*Working/);
    assert.match(second, /#13 The forge is cold[^]*Grace[^]*Lost/);
  });

  it("asks before it compares, and says that nothing had to be done", async () => {
    await open(nothing);
    await stage.button("Resync with tmux").click();
    await dialog().getByRole("button", { name: "Cancel" }).click();
    assert.deepEqual(called, []);
    assert.match(await resync(), /Records and tmux agree/);
    assert.deepEqual(called, [{ operation: "sessions.resync", input: undefined, version: undefined }]);
  });

  it("tells in words what was done, with names", async () => {
    await open({ recreated: [lost.id], pruned: ["old-one-pweb", "old-two-pweb"], lost: [], unknown: [working.id] });
    const text = await resync();
    assert.match(text, /A session that tmux had lost was started anew:\s+#13 The forge is cold/);
    assert.match(text, /2 tmux sessions of aiops that had no record were ended:\s+old-one-pweb\s+old-two-pweb/);
    assert.match(text, /tmux did not answer\. It was left as it is:\s+#12 The mill stops/);
    assert.doesNotMatch(text, /marked as lost/);
  });

  it("tells what could not be started anew, also where its record is not known here", async () => {
    await open({ ...nothing, lost: [lost.id, "s_of_elsewhere"] });
    assert.match(await resync(), /2 sessions could not be started anew[^]*#13 The forge is cold\s+s_of_elsewhere/);
  });

  it("keeps its answer in sight when sessions change, and does nothing where nothing may be changed", async () => {
    await open({ ...nothing, recreated: [lost.id] });
    await resync();
    stage.show({ ...sessions, sessions: [], canWrite: false, readOnlyReason: "This folder is not trusted." });
    await stage.page.getByText("No session.").waitFor();
    assert.equal(await stage.page.locator(".answer").getByText("started anew").isVisible(), true);
    assert.equal(await stage.button("Resync with tmux").isDisabled(), true);
  });
});
