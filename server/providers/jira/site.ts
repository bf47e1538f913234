import { getFields, getServerInfo } from "jira.js/cloud";
import * as z from "zod";
import type { JiraClient } from "./client.ts";
import { documentFormat, type TextFormat, wikiFormat } from "./text-format.ts";

/** What of a Jira stays as it is: asked once, and kept with the position of a listing. */
export const siteFacts = z.object({
  deployment: z.enum(["cloud", "dataCenter"]),
  /** The address for people, without a trailing slash. */
  web: z.url({ protocol: /^https?$/ }),
  /** The field that holds an issue's sprints; null where there are none. */
  sprintField: z
    .string()
    .regex(/^customfield_\d+$/)
    .nullable(),
});

export type SiteFacts = z.infer<typeof siteFacts>;

/** A Jira, as far as requests and texts depend on it. */
export interface JiraSite extends SiteFacts {
  version: 2 | 3;
  format: TextFormat;
  /** What a person's page begins with. */
  profiles: string;
}

export function siteOf(facts: SiteFacts): JiraSite {
  return facts.deployment === "cloud"
    ? { ...facts, version: 3, format: documentFormat, profiles: `${facts.web}/jira/people/` }
    : { ...facts, version: 2, format: wikiFormat, profiles: `${facts.web}/secure/ViewProfile.jspa?name=` };
}

const serverInfo = z.object({
  deploymentType: z.string().nullish(),
  baseUrl: z.string(),
  version: z.string().nullish(),
});

const fieldList = z.array(z.object({ id: z.string(), schema: z.object({ custom: z.string().nullish() }).nullish() }));

/** Jira Software's field, whatever its name and number: https://support.atlassian.com/jira/kb (gh-sprint). */
const sprintFieldType = "com.pyxis.greenhopper.jira:gh-sprint";

/** Asks a Jira what it is. */
export async function readSite(client: JiraClient, signal: AbortSignal): Promise<SiteFacts> {
  const { deployment, web } = await readDeployment(client, signal);
  const version = deployment === "cloud" ? 3 : 2;
  const call = { subject: "its fields", signal, version } as const;
  const { data: fields } = await client.call(getFields, fieldList, call);
  const sprint = fields.find((field) => field.schema?.custom === sprintFieldType)?.id ?? "";
  return { deployment, web, sprintField: /^customfield_\d+$/.test(sprint) ? sprint : null };
}

/** Cloud or Data Center; Atlassian's own addresses need not be asked. */
export async function readDeployment(
  client: JiraClient,
  signal: AbortSignal,
): Promise<Pick<SiteFacts, "deployment" | "web">> {
  const host = new URL(client.base).hostname;
  if (host.endsWith(".atlassian.net")) return { deployment: "cloud", web: client.base };
  const call = { subject: "what it is", signal, version: 2 } as const;
  const { data } = await client.call(getServerInfo, serverInfo, call);
  const deployment = data.deploymentType === "Cloud" ? "cloud" : "dataCenter";
  // Scoped tokens of Cloud go through a gateway, https://api.atlassian.com/ex/jira/…, which has no pages for people.
  return { deployment, web: host === "api.atlassian.com" ? data.baseUrl.replace(/\/+$/, "") : client.base };
}
