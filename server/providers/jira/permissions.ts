import { getMyPermissions } from "jira.js/cloud";
import * as z from "zod";
import type { TrackerAbilities } from "../tracker.ts";
import type { JiraCall, JiraClient } from "./client.ts";

/** What is done in projects, by the permission that it takes. */
const does = {
  CREATE_ISSUES: "create issues",
  EDIT_ISSUES: "edit them",
  ADD_COMMENTS: "comment",
  TRANSITION_ISSUES: "change their status",
  ASSIGN_ISSUES: "assign them",
} as const;

const seeing = "BROWSE_PROJECTS";

type Permission = keyof typeof does | typeof seeing;

const answer = z.object({ permissions: z.record(z.string(), z.object({ havePermission: z.boolean() })) });

/** What the account's permissions in the project allow. */
export async function grantedAbilities(
  client: JiraClient,
  projectKey: string,
  call: JiraCall,
): Promise<TrackerAbilities> {
  const has = await permissions(client, call, projectKey);
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

/** What the account may do in no project at all, as a sentence that begins with a space; empty where that is nothing. */
export async function missingPermissions(client: JiraClient, call: JiraCall): Promise<string> {
  const has = await permissions(client, call);
  if (!has(seeing)) return " It can see no project: have it added to those that are to be read.";
  const missing = Object.entries(does).flatMap(([permission, words]) => (has(permission as Permission) ? [] : [words]));
  if (missing.length === 0) return "";
  const listed = new Intl.ListFormat("en", { type: "disjunction" }).format(missing);
  return ` In no project may it ${listed}: a project's administrator can grant that.`;
}

/**
 * Which permissions the account has in a project; without one, which it has in any:
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/#api-rest-api-3-mypermissions-get
 */
async function permissions(
  client: JiraClient,
  call: JiraCall,
  projectKey?: string,
): Promise<(name: Permission) => boolean> {
  const wanted: Permission[] = [
    seeing,
    "CREATE_ISSUES",
    "EDIT_ISSUES",
    "ADD_COMMENTS",
    "TRANSITION_ISSUES",
    "ASSIGN_ISSUES",
  ];
  const parameters = { permissions: wanted.join(","), ...(projectKey !== undefined && { projectKey }) };
  const { data } = await client.call((api) => getMyPermissions(api, parameters), answer, call);
  return (name) => data.permissions[name]?.havePermission === true;
}
