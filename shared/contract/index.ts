import { accessTokens } from "./access-tokens.ts";
import { auth } from "./auth.ts";
import { credentials } from "./credentials.ts";
import { connections, projects, tenants, users } from "./directory.ts";
import { events } from "./events.ts";
import { filters } from "./filters.ts";
import { hostIdentity } from "./host-identity.ts";
import { issueWrites } from "./issue-writes.ts";
import { issues } from "./issues.ts";
import { jobs } from "./jobs.ts";
import { keys } from "./keys.ts";
import { outbox } from "./outbox.ts";
import { sessions, tools } from "./sessions.ts";
import { sshHosts, sshKeys } from "./ssh-keys.ts";
import { system } from "./system.ts";
import { workspaces } from "./workspaces.ts";

/**
 * The contract between server, extension, CLI and agents: one definition per operation. Validation, authorization, the
 * typed client, `/openapi.json` and the reference come from here; nothing is declared twice.
 */
export const contract = {
  system,
  auth: { ...auth, ...credentials, ...hostIdentity, ...accessTokens },
  tenants,
  users,
  connections,
  projects,
  sshKeys,
  sshHosts,
  jobs,
  issues: { ...issues, ...issueWrites },
  outbox,
  filters,
  workspaces,
  sessions,
  tools,
  keys,
  events,
};

export type Contract = typeof contract;
