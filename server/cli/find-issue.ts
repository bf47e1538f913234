import type { Client } from "../../shared/contract/client.ts";
import { AppError } from "../../shared/errors.ts";
import { plain } from "./output.ts";
import { everything } from "./seed.ts";
import { findProject } from "./with-client.ts";

/** `#12` of GitHub and GitLab, `PROJ-12` of Jira; ids have neither `#` nor `-`. */
const keyPattern = /^(?:#\d+|[A-Za-z][A-Za-z0-9_]*-\d+)$/;

/**
 * The id of the issue a person names by its id or its key.
 * @param slug the project to look in; undefined for all that the person sees
 * @throws AppError not_found, or conflict where several issues have the key
 */
export async function findIssueId(client: Client, named: string, slug: string | undefined): Promise<string> {
  if (!keyPattern.test(named)) return named;
  const project = slug === undefined ? undefined : await findProject(client, slug);
  const key = named.toUpperCase();
  const mentions = await everything((page) =>
    client.issues.list({ ...page, projectId: project?.id, q: `"${key.replace("#", "")}"` }),
  );
  const found = mentions.filter((issue) => issue.key.toUpperCase() === key);
  const [issue] = found;
  if (issue === undefined) {
    throw new AppError("not_found", `No issue in the store has the key ${key}: see aiops issues list.`);
  }
  if (found.length > 1) {
    const choices = found.map(({ id, title }) => `${id} (${plain(title)})`).join(", ");
    throw new AppError("conflict", `Several issues have the key ${key}: name the --project, or one of ${choices}.`);
  }
  return issue.id;
}
