import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Aiops } from "../../../extension/aiops.ts";
import type { Session } from "../../../shared/entities/session.ts";
import { waitFor } from "../../support/wait.ts";
import { browser } from "../host/browser.ts";
import { connected, issueNode, treeText } from "../support/product.ts";
import { answerNotification, clearNotifications, notification } from "../support/quick-input.ts";
import { project } from "../support/seed.ts";

describe("a session that waits for a person", () => {
  let aiops: Aiops;
  let idle: Session;
  let waiting: Session;

  const start = async (key: string, tool: string): Promise<Session> => {
    const outcome = await vscode.commands.executeCommand<{ kind: "done"; value: Session }>("aiops.startWork", {
      ...(await issueNode(aiops, key)),
      tool,
    });
    return outcome.value;
  };

  before(async () => {
    aiops = await connected();
    await project(aiops);
    await vscode.commands.executeCommand("aiops.sessions.focus");
    waiting = await start("#111", "asker");
    idle = await start("#112", "shell");
  });

  after(async () => {
    for (const { id } of [idle, waiting]) {
      await vscode.commands.executeCommand("aiops.stopSession", { sessionId: id, confirmed: true });
    }
    await clearNotifications();
  });

  it("stands first, and in the badge", async () => {
    const shown = await waitFor(
      async () => {
        const text = await treeText(aiops.views.sessions);
        return text.includes("waiting for you") && text.includes("idle") && text;
      },
      { what: "one session that waits and one that does not", timeoutMs: 20_000 },
    );
    const [first = "", second = ""] = shown.split("\n");
    assert.match(first, /#111 .*\| waiting for you .* · asker/);
    assert.match(second, /#112 .*\| idle .* · shell/);
    await browser.text({ selector: ".activitybar .badge", text: "1" });
    await browser.screenshot("sessions");
  });

  it("is told once, with what it asks, and opens from there", async () => {
    assert.match(await notification("asks: Turn the crank? [y/n]"), /Open[\s\S]*Later|Later[\s\S]*Open/);
    assert.equal(
      await browser.count({ selector: ".notifications-center .notification-list-item", text: "Turn the crank" }),
      1,
    );
    aiops.terminals.get(waiting.id)?.dispose();
    await waitFor(() => aiops.terminals.get(waiting.id) === undefined, { what: "the closed terminal" });
    await answerNotification("asks: Turn the crank?", "Open");
    await waitFor(() => aiops.terminals.get(waiting.id) !== undefined, { what: "the terminal" });
  });

  it("goes on with what the person sends", async () => {
    await vscode.commands.executeCommand("aiops.sendPrompt", { sessionId: waiting.id, text: "y" });
    await waitFor(
      async () =>
        (await aiops.connection.request((client) => client.sessions.screen({ id: waiting.id }))).text.includes(
          "they said y",
        ),
      { what: "the answer on the screen" },
    );
    await waitFor(async () => !(await treeText(aiops.views.sessions)).includes("waiting"), { what: "nobody waiting" });
  });
});
