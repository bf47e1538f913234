import * as z from "zod";
import { id, pageOf, pageQuery } from "../entities/common.ts";
import { resyncResult, screen, session, tool, toolName } from "../entities/session.ts";
import { on, operation } from "./operation.ts";

const tags = ["sessions"];

export const sessions = {
  list: operation
    .route({ method: "GET", path: "/api/sessions", summary: "List sessions, newest first", tags })
    .meta({
      capability: "sessions.use",
      effect: "read",
      scope: [on("project", "projectId"), on("issue", "issueId")],
      example: {},
    })
    .input(z.object({ ...pageQuery, projectId: id.optional(), issueId: id.optional() }))
    .output(pageOf(session)),
  create: operation
    .route({
      method: "POST",
      path: "/api/sessions",
      summary: "Start a tool in tmux in the caller's working tree",
      successStatus: 201,
      tags,
    })
    .meta({
      capability: "sessions.use",
      effect: "write",
      scope: [on("project", "projectId"), on("issue", "issueId")],
      example: { input: { projectId: "a1b2", tool: "shell" } },
    })
    .input(
      z.object({
        projectId: id,
        tool: toolName,
        issueId: id.optional(),
        /** The path of one of the workspace's worktrees; else the clone. */
        worktree: z.string().max(4000).optional(),
        prompt: z.string().max(100_000).optional(),
      }),
    )
    .output(session),
  get: operation
    .route({ method: "GET", path: "/api/sessions/{id}", summary: "Read one session", tags })
    .meta({ capability: "sessions.use", effect: "read", scope: [on("session")], example: {} })
    .input(z.object({ id }))
    .output(session),
  stop: operation
    .route({
      method: "DELETE",
      path: "/api/sessions/{id}",
      summary: "Stop a session and forget it",
      successStatus: 204,
      tags,
    })
    .meta({ capability: "sessions.use", effect: "destructive", scope: [on("session")], example: {} })
    .input(z.object({ id })),
  input: operation
    .route({ method: "POST", path: "/api/sessions/{id}/input", summary: "Send text, as a prompt, to a session", tags })
    .meta({
      capability: "sessions.use",
      effect: "write",
      scope: [on("session")],
      example: { input: { text: "Run the tests", submit: true } },
    })
    .input(z.object({ id, text: z.string().max(100_000), submit: z.boolean().default(true) }))
    .output(session),
  screen: operation
    .route({ method: "GET", path: "/api/sessions/{id}/screen", summary: "What the session's screen shows", tags })
    .meta({ capability: "sessions.use", effect: "read", scope: [on("session")], confidential: true, example: {} })
    .input(z.object({ id }))
    .output(screen),
  resync: operation
    .route({ method: "POST", path: "/api/sessions/resync", summary: "Bring records and tmux into agreement", tags })
    .meta({ capability: "sessions.resync", effect: "destructive", scope: [], example: {} })
    .output(resyncResult),
};

export const tools = {
  list: operation
    .route({
      method: "GET",
      path: "/api/tools",
      summary: "The tools a session can run, and which are installed",
      tags: ["tools"],
    })
    .meta({ capability: "sessions.use", effect: "read", scope: [], example: {} })
    .output(z.object({ items: z.array(tool) })),
};
