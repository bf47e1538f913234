import * as z from "zod";
import { id, queryFlag } from "../entities/common.ts";
import { gitRequest, workingTree, workspace } from "../entities/workspace.ts";
import { jobAccepted } from "./jobs.ts";
import { on, operation } from "./operation.ts";

const path = "/api/projects/{id}/workspace";
const gitPath = "/api/projects/{id}/git";
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
      summary: "Delete the caller's clone, or one worktree of it; refused while that would lose work",
      successStatus: 204,
      tags,
    })
    .meta({
      capability: "workspaces.use",
      effect: "destructive",
      scope: [on("project")],
      example: { input: { force: false } },
    })
    .input(
      z.object({
        id,
        /** Also where changes or commits are lost. */
        force: queryFlag.optional(),
        /** The one to delete; its branch stays. The clone with all of them unless told. */
        worktree: z.string().max(4096).optional(),
      }),
    ),
  tree: operation
    .route({
      method: "GET",
      path: gitPath,
      summary: "The branches and changed files of one working tree of the caller",
      tags,
    })
    .meta({ capability: "workspaces.use", effect: "read", scope: [on("project")], example: {} })
    .input(
      z.object({
        id,
        /** As the workspace's status names it; the clone unless told. */
        worktree: z.string().max(4096).optional(),
      }),
    )
    .output(workingTree),
  git: operation
    .route({
      method: "POST",
      path: gitPath,
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
