import * as z from "zod";
import { id, pageOf, pageQuery } from "../entities/common.ts";
import { sshHost, sshKey, sshKeyInput, sshKeyPatch } from "../entities/ssh-key.ts";
import { crud } from "./crud.ts";
import { on, operation } from "./operation.ts";

/** Keys that projects reach their repositories with. The private half is write-only. */
export const sshKeys = crud({
  plural: "ssh-keys",
  singular: "sshKey",
  entity: sshKey,
  create: sshKeyInput,
  patch: sshKeyPatch,
  query: { tenantId: id.optional() },
  scope: [on("tenant", "tenantId")],
  capability: { read: "sshKeys.read", write: "sshKeys.write", remove: "sshKeys.write" },
  example: { input: { tenantId: "a1b2", name: "Deploy key", generate: "ed25519" } },
});

/** Hosts of repositories whose keys were recorded when they were first reached. */
export const sshHosts = {
  list: operation
    .route({ method: "GET", path: "/api/ssh-hosts", summary: "List the recorded host keys", tags: ["ssh-keys"] })
    .meta({ capability: "sshKeys.write", effect: "read", scope: [], example: {} })
    .input(z.object(pageQuery))
    .output(pageOf(sshHost)),
  remove: operation
    .route({
      method: "DELETE",
      path: "/api/ssh-hosts/{id}",
      summary: "Forget a host's keys, so that those it has now are recorded when it is next reached",
      successStatus: 204,
      tags: ["ssh-keys"],
    })
    .meta({ capability: "sshKeys.write", effect: "destructive", scope: [on("sshHost")], example: {} })
    .input(z.object({ id })),
};
