import * as z from "zod";
import { id } from "../entities/common.ts";
import { connection, connectionInput, connectionPatch, connectionStatus } from "../entities/connection.ts";
import { jobAccepted } from "./jobs.ts";
import { link, linkInput, project, projectInput, projectPatch } from "../entities/project.ts";
import { projectSync } from "../entities/sync.ts";
import { tenant, tenantInput, tenantPatch } from "../entities/tenant.ts";
import { linuxUsers, user, userInput, userPatch } from "../entities/user.ts";
import { signInCode } from "./credentials.ts";
import { crud } from "./crud.ts";
import { on, operation } from "./operation.ts";

export const tenants = crud({
  plural: "tenants",
  singular: "tenant",
  entity: tenant,
  create: tenantInput,
  patch: tenantPatch,
  query: { slug: z.string().optional() },
  scope: [],
  capability: { read: "tenants.read", write: "tenants.write", remove: "tenants.write" },
  example: { input: { slug: "acme", name: "Acme" } },
});

export const users = {
  ...crud({
    plural: "users",
    singular: "user",
    entity: user,
    create: userInput,
    patch: userPatch,
    query: { email: z.string().optional(), tenantId: id.optional() },
    scope: [on("tenant", "tenantId")],
    capability: { read: "users.read", write: "users.write", remove: "users.write" },
    example: { input: { email: "ada@example.org", username: "ada", name: "Ada Lovelace", level: "technician" } },
  }),
  issueCode: operation
    .route({
      method: "POST",
      path: "/api/users/{id}/sign-in-code",
      summary: "Make a one-time code with which a person sets a first or forgotten password",
      successStatus: 201,
      tags: ["users"],
    })
    .meta({ capability: "users.write", effect: "write", scope: [on("user")], example: {} })
    .input(z.object({ id }))
    .output(signInCode),
  linuxUsers: operation
    .route({
      method: "GET",
      path: "/api/linux-users",
      summary: "Which Linux user each person works as, and what is wrong with that",
      tags: ["users"],
    })
    .meta({ capability: "users.write", effect: "read", scope: [], example: {} })
    .output(linuxUsers),
};

export const connections = {
  ...crud({
    plural: "connections",
    singular: "connection",
    entity: connection,
    create: connectionInput,
    patch: connectionPatch,
    query: { tenantId: id.optional() },
    scope: [on("tenant", "tenantId")],
    capability: { read: "connections.read", write: "connections.write", remove: "connections.write" },
    example: { input: { tenantId: "a1b2", provider: "github", name: "github.com" } },
  }),
  test: operation
    .route({
      method: "POST",
      path: "/api/connections/{id}/test",
      summary: "Try a connection and store what came of it",
      tags: ["connections"],
    })
    .meta({ capability: "connections.write", effect: "write", scope: [on("connection")], example: {} })
    .input(z.object({ id }))
    .output(connectionStatus),
};

export const projects = {
  ...crud({
    plural: "projects",
    singular: "project",
    entity: project,
    create: projectInput,
    patch: projectPatch,
    query: { tenantId: id.optional(), slug: z.string().optional() },
    scope: [on("tenant", "tenantId")],
    capability: { read: "projects.read", write: "projects.write", remove: "projects.delete" },
    example: {
      input: {
        tenantId: "a1b2",
        slug: "website",
        name: "Website",
        repositoryUrl: "https://example.org/acme/website.git",
      },
    },
  }),
  addLink: operation
    .route({
      method: "POST",
      path: "/api/projects/{id}/links",
      summary: "Link a project to one of a tracker",
      successStatus: 201,
      tags: ["projects"],
    })
    .meta({
      capability: "projects.write",
      effect: "write",
      scope: [on("project"), on("connection", "connectionId")],
      example: { input: { connectionId: "c3d4", externalProject: "acme/website" } },
    })
    .input(linkInput.extend({ id }))
    .output(link),
  removeLink: operation
    .route({
      method: "DELETE",
      path: "/api/projects/{id}/links/{linkId}",
      summary: "Unlink a project; the issues that came over the link are removed from the store",
      successStatus: 204,
      tags: ["projects"],
    })
    .meta({ capability: "projects.write", effect: "destructive", scope: [on("project")], example: {} })
    .input(z.object({ id, linkId: id })),
  sync: operation
    .route({
      method: "POST",
      path: "/api/projects/{id}/sync",
      summary: "Fetch what changed in a project's issues, or all of them",
      successStatus: 202,
      tags: ["projects"],
    })
    .meta({ capability: "issues.write", effect: "write", scope: [on("project")], example: { input: { full: true } } })
    .input(z.object({ id, full: z.boolean().optional() }))
    .output(jobAccepted),
  syncState: operation
    .route({
      method: "GET",
      path: "/api/projects/{id}/sync",
      summary: "How the sync of a project stands: how old its issues are, what failed, and when it goes on",
      tags: ["projects"],
    })
    .meta({ capability: "issues.read", effect: "read", scope: [on("project")], example: {} })
    .input(z.object({ id }))
    .output(projectSync),
};
