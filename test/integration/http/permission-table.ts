import { randomBytes } from "node:crypto";
import type { Level } from "../../../shared/entities/user.ts";
import { finished, type Place, type World } from "./world.ts";

/** A request for the row's operation; of what is changed or deleted, a fresh one is made for each try. */
export interface Call {
  path: string;
  body?: unknown;
}

export interface Row {
  /** The status each level gets in its own organisation; a level that is not named gets 403. */
  own: Partial<Record<Level, number>>;
  /** Whether the request names something of an organisation: foreign ones answer 404 to all but administrators. */
  tenant: boolean;
  call: (place: Place, world: World) => Call | Promise<Call>;
}

const everyone = (status: number) => ({ admin: status, technician: status, billing: status, client: status });
const working = (status: number) => ({ admin: status, technician: status });
const reading = (status: number) => ({ admin: status, technician: status, client: status });
const administering = (status: number) => ({ admin: status });
/** What one person alone has: found by its technician and by administrators. */
const owned = (status: number) => ({ admin: status, technician: status, billing: 404, client: 404 });
/** What one person alone has, of a kind that clients may have too. */
const personal = (status: number) => ({ admin: status, technician: status, client: 404 });

const row = (own: Row["own"], call: Row["call"]): Row => ({ own, tenant: true, call });
const unscoped = (own: Row["own"], call: Row["call"]): Row => ({ own, tenant: false, call });
const at = (path: string) => () => ({ path });
const unique = (prefix: string) => `${prefix}-${randomBytes(4).toString("hex")}`;

/**
 * "Who may do what" of the specification, written out by hand for every operation: the code's own table is what it is
 * held against. An operation without a row fails the suite.
 */
export const permissionTable: Record<string, Row> = {
  "system.health": unscoped(everyone(200), at("/health")),
  "system.ready": unscoped(everyone(200), at("/ready")),
  "system.audit": row(working(200), ({ tenantId }) => ({ path: `/api/audit?tenant=${tenantId}` })),
  "system.verifyAudit": unscoped(administering(200), at("/api/audit/verify")),

  // The secret is missing, so nobody gets in; that it needs no token is what counts here.
  "auth.local": unscoped(everyone(400), () => ({ path: "/api/auth/local", body: {} })),
  "auth.me": unscoped(everyone(200), at("/api/auth/me")),
  // Tried with tokens of their own elsewhere: here they would sign the table's people out.
  "auth.logout": unscoped(everyone(204), at("/api/auth/logout")),
  "auth.validate": unscoped(everyone(200), () => ({ path: "/api/auth/validate", body: { token: "none" } })),
  "auth.revoke": row({ admin: 204, technician: 204, billing: 404, client: 404 }, async ({ technician }, { server }) => {
    const session = await server.as({ email: technician.user.email, level: "technician" });
    return { path: "/api/auth/revoke", body: { sessionId: (await session.client.auth.me()).sessionId } };
  }),
  "auth.sessions": unscoped(everyone(200), at("/api/auth/sessions")),
  // Nobody has a password here, nor a code: what each answers then is what everybody gets.
  "auth.login": unscoped(everyone(401), () => ({
    path: "/api/auth/login",
    body: { email: `${unique("nobody")}@example.org`, password: "four words of mine" },
  })),
  "auth.stepUp": unscoped(everyone(401), () => ({ path: "/api/auth/step-up", body: { totp: "123456" } })),
  "auth.changePassword": unscoped(everyone(400), () => ({
    path: "/api/auth/password",
    body: { currentPassword: "four words of mine", password: "four other words" },
  })),
  "auth.redeem": unscoped(everyone(401), () => ({
    path: "/api/auth/redeem",
    body: { code: randomBytes(16).toString("base64url"), password: "four words of mine" },
  })),
  "auth.createAdmin": unscoped(everyone(400), () => ({ path: "/api/auth/admin", body: {} })),
  "auth.enrolTotp": unscoped(everyone(200), at("/api/auth/totp")),
  // Begun by the row before, or not at all; the code is wrong either way.
  "auth.confirmTotp": unscoped(everyone(400), () => ({ path: "/api/auth/totp/confirm", body: { totp: "12" } })),
  "auth.removeTotp": unscoped(everyone(204), at("/api/auth/totp")),
  "auth.hostChallenge": unscoped(everyone(200), () => ({
    path: "/api/auth/host/challenge",
    body: { linuxUser: "nobody", nonce: unique("nonce") },
  })),
  "auth.hostVerify": unscoped(everyone(401), () => ({
    path: "/api/auth/host/verify",
    body: { challengeId: unique("none") },
  })),
  "auth.tokens": unscoped(everyone(200), at("/api/auth/tokens")),
  "auth.createToken": unscoped(everyone(201), () => ({
    path: "/api/auth/tokens",
    body: { name: unique("token"), scopes: ["read"], days: 1 },
  })),
  "auth.removeToken": row(owned(204), async ({ technician }) => {
    const { id } = await technician.client.auth.createToken({ name: unique("token"), scopes: ["read"], days: 1 });
    return { path: `/api/auth/tokens/${id}` };
  }),

  "keys.list": unscoped(administering(200), at("/api/keys")),
  "keys.rotate": unscoped(administering(200), () => ({ path: "/api/keys/rotate", body: {} })),

  "tenants.list": unscoped(working(200), at("/api/tenants")),
  "tenants.create": unscoped(administering(201), () => ({
    path: "/api/tenants",
    body: { slug: unique("tenant"), name: "New" },
  })),
  "tenants.get": row(working(200), ({ tenantId }) => ({ path: `/api/tenants/${tenantId}` })),
  "tenants.update": row(administering(200), ({ tenantId }) => ({
    path: `/api/tenants/${tenantId}`,
    body: { description: "Changed" },
  })),
  "tenants.remove": unscoped(administering(204), async (_place, { server }) => {
    const { id } = await server.client.tenants.create({ slug: unique("tenant"), name: "Gone" });
    return { path: `/api/tenants/${id}` };
  }),

  "users.list": row(working(200), ({ tenantId }) => ({ path: `/api/users?tenantId=${tenantId}` })),
  "users.create": unscoped(administering(201), () => {
    const username = unique("person");
    return { path: "/api/users", body: { email: `${username}@example.org`, username, name: "New" } };
  }),
  "users.get": row(working(200), ({ memberId }) => ({ path: `/api/users/${memberId}` })),
  "users.update": row(administering(200), ({ memberId }) => ({
    path: `/api/users/${memberId}`,
    body: { name: "Changed" },
  })),
  "users.remove": row(administering(204), async ({ tenantId }, { server }) => {
    const { user } = await server.as({ email: `${unique("gone")}@x.example`, level: "client", tenantIds: [tenantId] });
    return { path: `/api/users/${user.id}` };
  }),

  "users.linuxUsers": unscoped(administering(200), at("/api/linux-users")),
  "users.issueCode": row(administering(201), ({ memberId }) => ({ path: `/api/users/${memberId}/sign-in-code` })),

  "connections.list": row(working(200), ({ tenantId }) => ({ path: `/api/connections?tenantId=${tenantId}` })),
  "connections.create": row(administering(201), ({ tenantId }) => ({
    path: "/api/connections",
    body: { tenantId, provider: "github", name: unique("Connection") },
  })),
  "connections.get": row(working(200), ({ connectionId }) => ({ path: `/api/connections/${connectionId}` })),
  "connections.update": row(administering(200), ({ connectionId }) => ({
    path: `/api/connections/${connectionId}`,
    body: { name: unique("Renamed") },
  })),
  "connections.remove": row(administering(204), async ({ tenantId }, { server }) => {
    const { id } = await server.client.connections.create({ tenantId, provider: "github", name: unique("Gone") });
    return { path: `/api/connections/${id}` };
  }),
  "connections.test": row(administering(200), ({ connectionId }) => ({
    path: `/api/connections/${connectionId}/test`,
  })),

  "sshKeys.list": row(working(200), ({ tenantId }) => ({ path: `/api/ssh-keys?tenantId=${tenantId}` })),
  "sshKeys.create": row(administering(201), ({ tenantId }) => ({
    path: "/api/ssh-keys",
    body: { tenantId, name: unique("Key"), generate: "ed25519" },
  })),
  "sshKeys.get": row(working(200), async (place, world) => ({
    path: `/api/ssh-keys/${await freshSshKey(place, world)}`,
  })),
  "sshKeys.update": row(administering(200), async (place, world) => ({
    path: `/api/ssh-keys/${await freshSshKey(place, world)}`,
    body: { name: unique("Renamed") },
  })),
  "sshKeys.remove": row(administering(204), async (place, world) => ({
    path: `/api/ssh-keys/${await freshSshKey(place, world)}`,
  })),
  "sshHosts.list": unscoped(administering(200), at("/api/ssh-hosts")),
  // What is deleted here was never recorded; that nobody else gets as far is what counts.
  "sshHosts.remove": unscoped(administering(404), at("/api/ssh-hosts/none")),

  "projects.list": row(everyone(200), ({ tenantId }) => ({ path: `/api/projects?tenantId=${tenantId}` })),
  "projects.create": row(working(201), ({ tenantId }) => ({
    path: "/api/projects",
    body: { tenantId, slug: unique("project"), name: "New" },
  })),
  "projects.get": row(everyone(200), ({ project }) => ({ path: `/api/projects/${project.id}` })),
  "projects.update": row(working(200), ({ project }) => ({
    path: `/api/projects/${project.id}`,
    body: { name: "Changed" },
  })),
  "projects.remove": row(administering(204), async (place, world) => ({
    path: `/api/projects/${await freshProject(place, world)}`,
  })),
  "projects.addLink": row(working(201), ({ project, connectionId }) => ({
    path: `/api/projects/${project.id}/links`,
    body: { connectionId, externalProject: unique("owner/repository") },
  })),
  "projects.removeLink": row(working(204), async (place, { server }) => {
    const { project, connectionId } = place;
    const externalProject = unique("owner/repository");
    const { id } = await server.client.projects.addLink({ id: project.id, connectionId, externalProject });
    return { path: `/api/projects/${project.id}/links/${id}` };
  }),
  "projects.sync": row(working(202), ({ project }) => ({ path: `/api/projects/${project.id}/sync` })),
  "projects.syncState": row(reading(200), ({ project }) => ({ path: `/api/projects/${project.id}/sync` })),

  "jobs.list": unscoped(everyone(200), at("/api/jobs")),
  "jobs.get": row(owned(200), ({ jobId }) => ({ path: `/api/jobs/${jobId}` })),
  "jobs.cancel": row(owned(200), ({ jobId }) => ({ path: `/api/jobs/${jobId}/cancel` })),

  "issues.list": row(reading(200), ({ project }) => ({ path: `/api/issues?projectId=${project.id}` })),
  "issues.groups": row(reading(200), ({ tenantId }) => ({ path: `/api/issues/groups?by=status&tenantId=${tenantId}` })),
  "issues.get": row(reading(200), ({ issueId }) => ({ path: `/api/issues/${issueId}` })),
  "issues.writeContext": row(working(200), ({ issueId }) => ({
    path: `/api/issues/${issueId}/context`,
    body: { preview: true },
  })),
  "issues.clearContext": row(working(204), ({ issueId }) => ({ path: `/api/issues/${issueId}/context` })),
  // Accepted, then ended by the tool that is not there: what the job does is tested with the sessions.
  "issues.start": row(working(202), ({ issueId }) => ({
    path: `/api/issues/${issueId}/start`,
    body: { tool: "no-such-tool" },
  })),

  "issues.create": row(working(201), ({ project, linkId }) => ({
    path: `/api/projects/${project.id}/issues`,
    body: { title: unique("Issue"), linkId },
  })),
  "issues.update": row(working(200), ({ issueId }) => ({
    path: `/api/issues/${issueId}`,
    body: { labels: [unique("label")] },
  })),
  "issues.comment": row(working(201), ({ issueId }) => ({
    path: `/api/issues/${issueId}/comments`,
    body: { body: unique("Comment") },
  })),
  "issues.choices": row(reading(200), ({ issueId }) => ({ path: `/api/issues/${issueId}/choices` })),
  "issues.projectChoices": row(reading(200), ({ project, linkId }) => ({
    path: `/api/projects/${project.id}/choices?linkId=${linkId}`,
  })),
  // The issue refers to no such address, which is told to those who may see the issue.
  "issues.attachment": row(reading(404), ({ issueId }) => ({
    path: `/api/issues/${issueId}/attachment?url=${encodeURIComponent("https://github.com/user-attachments/assets/1")}`,
  })),

  "outbox.list": row(working(200), ({ issueId }) => ({ path: `/api/outbox?issueId=${issueId}` })),
  "outbox.get": row(working(200), async (place, world) => ({
    path: `/api/outbox/${await waitingWrite(place, world)}`,
  })),
  "outbox.update": row(working(200), async (place, world) => ({
    path: `/api/outbox/${await waitingWrite(place, world)}`,
    body: { title: "Changed" },
  })),
  "outbox.remove": row(working(204), async (place, world) => ({
    path: `/api/outbox/${await waitingWrite(place, world)}`,
  })),
  "outbox.retry": row(working(200), async (place, world) => ({
    path: `/api/outbox/${await waitingWrite(place, world)}/retry`,
  })),

  "filters.list": row(reading(200), ({ tenantId }) => ({ path: `/api/filters?tenantId=${tenantId}` })),
  "filters.create": row(reading(201), ({ tenantId }) => ({
    path: "/api/filters",
    body: { tenantId, name: unique("Filter"), filter: { status: "open" } },
  })),
  "filters.get": row(personal(200), async (place) => ({ path: `/api/filters/${await personalFilter(place)}` })),
  "filters.update": row(personal(200), async (place) => ({
    path: `/api/filters/${await personalFilter(place)}`,
    body: { name: unique("Renamed") },
  })),
  "filters.remove": row(personal(204), async (place) => ({ path: `/api/filters/${await personalFilter(place)}` })),

  "workspaces.initialise": row(working(202), ({ project }) => ({ path: `/api/projects/${project.id}/workspace` })),
  "workspaces.tree": row(working(200), ({ project }) => ({ path: `/api/projects/${project.id}/git` })),
  // Without a message it is refused as invalid, after everybody else was turned away.
  "workspaces.git": row(working(400), ({ project }) => ({
    path: `/api/projects/${project.id}/git`,
    body: { action: "commit", message: "" },
  })),
  "workspaces.get": row(working(200), ({ project }) => ({ path: `/api/projects/${project.id}/workspace` })),
  "workspaces.remove": row(working(204), async (place, world) => {
    const id = await freshProject(place, world);
    const { client } = world.server;
    await finished(client, (await client.workspaces.initialise({ id })).jobId);
    return { path: `/api/projects/${id}/workspace` };
  }),

  "sessions.list": row(working(200), ({ project }) => ({ path: `/api/sessions?projectId=${project.id}` })),
  "sessions.create": row(working(201), ({ project }) => ({
    path: "/api/sessions",
    body: { projectId: project.id, tool: "shell" },
  })),
  "sessions.get": row(working(200), ({ session }) => ({ path: `/api/sessions/${session.id}` })),
  "sessions.stop": row(working(204), async ({ technician, project }) => {
    const { id } = await technician.client.sessions.create({ projectId: project.id, tool: "shell" });
    return { path: `/api/sessions/${id}` };
  }),
  "sessions.input": row(working(200), ({ session }) => ({
    path: `/api/sessions/${session.id}/input`,
    body: { text: "true" },
  })),
  "sessions.screen": row(working(200), ({ session }) => ({ path: `/api/sessions/${session.id}/screen` })),
  "sessions.resync": unscoped(administering(200), at("/api/sessions/resync")),
  "tools.list": unscoped(working(200), at("/api/tools")),

  "events.stream": unscoped(everyone(200), at("/api/events")),
};

async function freshSshKey({ tenantId }: Place, { server }: World): Promise<string> {
  return (await server.client.sshKeys.create({ tenantId, name: unique("Key"), generate: "ed25519" })).id;
}

async function freshProject({ tenantId, project }: Place, { server }: World): Promise<string> {
  const { repositoryUrl } = project;
  const made = await server.client.projects.create({ tenantId, slug: unique("fresh"), name: "Fresh", repositoryUrl });
  return made.id;
}

async function personalFilter({ technician, tenantId }: Place): Promise<string> {
  const { id } = await technician.client.filters.create({ tenantId, name: unique("Own"), filter: { status: "open" } });
  return id;
}

const restingProjects = new WeakMap<Place, Promise<string>>();

/** A write of the place's technician that its tracker has asked to wait an hour for. */
async function waitingWrite(place: Place, world: World): Promise<string> {
  const made = restingProjects.get(place) ?? restingProject(place, world);
  restingProjects.set(place, made);
  const { status, body } = await place.technician.client.issues.create({ id: await made, title: "Waiting" });
  if (status !== 202) throw new Error("the tracker took the write");
  return body.outbox.id;
}

async function restingProject({ tenantId }: Place, { server, github, canary }: World): Promise<string> {
  const { client } = server;
  const externalProject = unique("resting/repository");
  github.faults.add({ path: new RegExp(externalProject), fault: { kind: "secondary", retryAfterSeconds: 3600 } });
  const connection = await client.connections.create({
    tenantId,
    provider: "github",
    name: unique("Resting"),
    baseUrl: github.url,
    token: canary,
  });
  const { id } = await client.projects.create({ tenantId, slug: unique("resting"), name: "Resting", syncMinutes: 0 });
  await client.projects.addLink({ id, connectionId: connection.id, externalProject });
  return id;
}
