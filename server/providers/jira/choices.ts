import { findAssignableUsers, getAllLabels, getCreateIssueMetaIssueTypes, getMyPermissions } from "jira.js/cloud";
import * as z from "zod";
import { AppError } from "../../../shared/errors.ts";
import type { IssueChoices, TrackerAbilities } from "../tracker.ts";
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

const permissions = z.object({ permissions: z.record(z.string(), z.object({ havePermission: z.boolean() })) });

/** What the account's permissions in the project allow. */
export async function grantedAbilities(
  client: JiraClient,
  projectKey: string,
  call: JiraCall,
): Promise<TrackerAbilities> {
  const wanted = "CREATE_ISSUES,EDIT_ISSUES,ADD_COMMENTS,TRANSITION_ISSUES,ASSIGN_ISSUES";
  const parameters = { projectKey, permissions: wanted };
  const { data } = await client.call((api) => getMyPermissions(api, parameters), permissions, call);
  const has = (name: string) => data.permissions[name]?.havePermission === true;
  return {
    create: has("CREATE_ISSUES"),
    edit: has("EDIT_ISSUES"),
    comment: has("ADD_COMMENTS"),
    changeStatus: has("TRANSITION_ISSUES"),
    label: has("EDIT_ISSUES"),
    assign: has("ASSIGN_ISSUES"),
    severalAssignees: false,
  };
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
