import { findAssignableUsers, getAllLabels, getCreateIssueMetaIssueTypes } from "jira.js/cloud";
import * as z from "zod";
import { AppError } from "../../../shared/errors.ts";
import type { IssueChoices } from "../tracker.ts";
import type { JiraCall, JiraClient } from "./client.ts";
import { person } from "./payloads.ts";
import { pathPart } from "./search.ts";
import type { JiraSite } from "./site.ts";

/** The most people that are offered; Jira gives no more at once. */
const maxPeople = 1000;

/** People who can be assigned to issues of the project. */
export async function assignablePeople(
  client: JiraClient,
  project: string,
  call: JiraCall,
): Promise<IssueChoices["assignees"]> {
  const parameters = { project, maxResults: maxPeople };
  const { data } = await client.call((api) => findAssignableUsers(api, parameters), z.array(person), call);
  return data;
}

/** Labels are shared by the whole site; the first thousand, or on Data Center the few that its suggestions give. */
export async function siteLabels(client: JiraClient, site: JiraSite, call: JiraCall): Promise<string[]> {
  if (site.deployment === "cloud") {
    const page = z.object({ values: z.array(z.string()) });
    const { data } = await client.call((api) => getAllLabels(api, { maxResults: 1000 }), page, call);
    return data.values;
  }
  const suggestions = z.object({ results: z.array(z.object({ value: z.string() })) });
  const url = "/rest/api/2/jql/autocompletedata/suggestions";
  const searchParams = { fieldName: "labels", fieldValue: "" };
  const { data } = await client.call((api) => api.sendRequest({ url, searchParams }), suggestions, call);
  return data.results.map(({ value }) => value.replace(/^"(.*)"$/, "$1"));
}

const issueType = z.object({
  id: z.string(),
  name: z.string(),
  subtask: z.boolean().nullish(),
  hierarchyLevel: z.number().nullish(),
});

/** Cloud calls the list `issueTypes`, Data Center `values`. */
const issueTypePage = z.object({ issueTypes: z.array(issueType).nullish(), values: z.array(issueType).nullish() });

/**
 * The first type for ordinary issues (no epic, no subtask) that this account may create in the project.
 * @throws {AppError} `provider_forbidden` where there is none
 */
export async function standardIssueType(client: JiraClient, project: string, call: JiraCall): Promise<string> {
  const parameters = { projectIdOrKey: pathPart(project), maxResults: 200 };
  const { data } = await client.call((api) => getCreateIssueMetaIssueTypes(api, parameters), issueTypePage, call);
  const types = data.issueTypes ?? data.values ?? [];
  const standard = types.find(
    // Data Center does not tell levels, and calls its one higher type so in every project.
    ({ name, subtask, hierarchyLevel }) => subtask !== true && (hierarchyLevel ?? (name === "Epic" ? 1 : 0)) === 0,
  );
  if (standard) return standard.id;
  throw new AppError(
    "provider_forbidden",
    `Jira lets this account create no issues in ${project}: it lacks the permission "Create issues" there, or the ` +
      "project has no type for ordinary issues.",
  );
}
