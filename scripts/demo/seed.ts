import { pathToFileURL } from "node:url";
import { demoLogin } from "./people.ts";

export const demoTenant = "demo";
export const demoProject = "aiops";
const connection = "Demo tracker";

/** Where the seed finds the tracker's token. */
export const demoTokenEnv = "AIOPS_DEMO_TOKEN";

/** The person the demo is shown to, as the server knows them. */
export interface DemoUser {
  email: string;
  username: string;
  name: string;
  level: string;
  linuxUser: string;
}

export interface DemoPlaces {
  /** The tracker's API root. */
  providerUrl: string;
  /** The git repository's folder. */
  repository: string;
}

/**
 * What `aiops seed` makes of the demo: a tenant with a connection to the tracker and a project linked to it.
 *
 * @param user Who is to be known at the tracker, so that "my issues" has some; null to leave people alone.
 */
export function seedDocument({ providerUrl, repository }: DemoPlaces, user: DemoUser | null): object {
  return {
    tenants: [
      {
        slug: demoTenant,
        name: "Demo",
        color: "#3794ff",
        description: "Made by npm start, to have something to look at",
      },
    ],
    users:
      user === null
        ? []
        : [
            {
              ...user,
              memberships: [{ tenant: demoTenant, role: "member" }],
              identities: [{ tenant: demoTenant, connection, login: demoLogin }],
            },
          ],
    connections: [
      { tenant: demoTenant, name: connection, provider: "github", baseUrl: providerUrl, tokenEnv: demoTokenEnv },
    ],
    projects: [
      {
        tenant: demoTenant,
        slug: demoProject,
        name: "aiops",
        repositoryUrl: pathToFileURL(repository).href,
        defaultBranch: "main",
        links: [{ connection, externalProject: "aiops/aiops" }],
      },
    ],
  };
}
