import * as z from "zod";
import { id, queryFlag } from "../entities/common.ts";
import { gitRequest, workspace } from "../entities/workspace.ts";
import { jobAccepted } from "./jobs.ts";
import { on, operation } from "./operation.ts";

const path = "/api/projects/{id}/workspace";
const tags = ["workspaces"];

export const workspaces = {
  initialise: operation
    .route({ method: "POST", path, summary: "Clone the project into the caller's workspace", successStatus: 202, tags })
    .meta({
      capability: "workspaces.use",
      effect: "write",
      scope: [on("project"), on("user", "userId")],
      example: {},
    })
    .input(
      z.object({
        id,
        /** Whose; another person than oneself needs an administrator. */
        userId: id.optional(),
      }),
    )
    .output(jobAccepted),
  get: operation
    .route({ method: "GET", path, summary: "The state of the caller's clone", tags })
    .meta({ capability: "workspaces.use", effect: "read", scope: [on("project")], example: {} })
    .input(z.object({ id }))
    .output(workspace),
  remove: operation
    .route({
      method: "DELETE",
      path,
      summary: "Delete the caller's clone; refused while dirty or unpushed",
      successStatus: 204,
      tags,
    })
    .meta({
      capability: "workspaces.use",
      effect: "destructive",
      scope: [on("project")],
      example: { input: { force: false } },
    })
    .input(z.object({ id, force: queryFlag.optional() })),
  git: operation
    .route({
      method: "POST",
      path: "/api/projects/{id}/git",
      summary: "Pull, push, commit, check out, create a branch or merge in the caller's workspace",
      tags,
    })
    .meta({
      capability: "workspaces.use",
      effect: "write",
      scope: [on("project")],
      example: { input: { action: "commit", message: "Say hello", paths: ["README.md"] } },
    })
    .input(gitRequest)
    .output(workspace),
};
