import type { Connection } from "../../shared/entities/connection.ts";
import type { Project } from "../../shared/entities/project.ts";
import type { Tenant } from "../../shared/entities/tenant.ts";
import type { User } from "../../shared/entities/user.ts";
import type { KnownEntities } from "./known-entities.ts";

/** The part of the control plane's records that names somebody or some place. */
export interface Directory {
  people: readonly Pick<User, "name" | "email" | "username" | "linuxUser" | "identities">[];
  tenants: readonly Pick<Tenant, "name">[];
  projects: readonly Pick<Project, "repositoryUrl">[];
  connections: readonly Pick<Connection, "baseUrl" | "email">[];
  sshHosts: readonly { host: string }[];
}

/** Hosts that everybody has, so that their name tells nothing. */
const publicHosts = new Set([
  "",
  "localhost",
  "github.com",
  "api.github.com",
  "gitlab.com",
  "bitbucket.org",
  "ssh.dev.azure.com",
]);

/** What redaction is told of the control plane's records. */
export function knownFrom({ people, tenants, projects, connections, sshHosts }: Directory): KnownEntities {
  const hosts = [
    ...projects.map(({ repositoryUrl }) => hostOf(repositoryUrl)),
    ...connections.map(({ baseUrl }) => hostOf(baseUrl)),
    ...sshHosts.map(({ host }) => host.replace(/^\[([^\]]{1,255})\](?::\d{1,5})?$/u, "$1")),
  ].map((host) => host.toLowerCase());
  const accounts = connections.map(({ email }) => email).filter((email) => email !== "");
  return {
    people: [
      ...people.map(({ name, email, username, linuxUser, identities }) => ({
        name,
        emails: [email],
        handles: [...new Set([username, linuxUser, ...identities.map(({ login }) => login)])].filter((it) => it !== ""),
      })),
      ...accounts.map((email) => ({ name: "", emails: [email], handles: [] })),
    ],
    places: tenants.map(({ name }) => name),
    hosts: [...new Set(hosts)].filter((host) => !publicHosts.has(host)),
  };
}

/** Of `https://host/x`, `ssh://git@host:22/x` and `git@host:x`; empty where there is none. */
function hostOf(address: string): string {
  if (URL.canParse(address)) return new URL(address).hostname.replace(/^\[(.*)\]$/u, "$1");
  return /^(?:[^@/\s]{1,100}@)?([^:/\s]{1,255}):/u.exec(address)?.[1] ?? "";
}
