import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Aiops } from "../../../extension/aiops.ts";
import { browser } from "../host/browser.ts";
import { connected } from "../support/product.ts";
import { answerNotification, clearNotifications, notification } from "../support/quick-input.ts";
import { project } from "../support/seed.ts";
import { tracker } from "../support/tracker.ts";

describe("a sync", () => {
  let aiops: Aiops;

  before(async () => {
    aiops = await connected();
    await project(aiops);
  });

  afterEach(async () => {
    (await tracker()).faults.clear();
    await clearNotifications();
  });

  it("shows its steps, and is cancelled by its button, at the server too", async () => {
    (await tracker()).faults.add({ path: /\/issues/, times: 1, fault: { kind: "stall" } });
    const synced = vscode.commands.executeCommand("aiops.syncAll");
    assert.match(await notification("Syncing bernoulli: "), /Cancel/);
    await browser.screenshot("sync");
    await answerNotification("Syncing bernoulli", "Cancel");
    assert.deepEqual(await synced, { kind: "cancelled" });
    const [job] = (await aiops.connection.request((client) => client.jobs.list({ limit: 1 }))).items;
    assert.equal(job?.status, "cancelled");
  });

  it("that the tracker refuses says so, with the button to give a new token", async () => {
    (await tracker()).faults.add({ fault: { kind: "status", status: 401, message: "Bad credentials" } });
    void vscode.commands.executeCommand("aiops.syncAll");
    assert.match(await notification("refuses the token"), /Update Token/);
  });

  it("that meets a tracker without an answer fails with a sentence, and can be repeated", async () => {
    const { faults } = await tracker();
    faults.add({ fault: { kind: "status", status: 404, message: "Not Found" } });
    assert.equal(await vscode.commands.executeCommand("aiops.syncAll"), undefined);
    const [job] = (await aiops.connection.request((client) => client.jobs.list({ limit: 1 }))).items;
    assert.equal(job?.status, "failed");
    assert.match(await notification(job.error?.message ?? "an error"), /Show Log/);
    faults.clear();
    assert.deepEqual(await vscode.commands.executeCommand("aiops.syncAll"), { kind: "done", value: undefined });
  });
});
