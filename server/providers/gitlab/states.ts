import { AppError } from "../../../shared/errors.ts";
import type { IssueChange, IssueChoices } from "../tracker.ts";

type Status = "open" | "closed";

const words: Readonly<Record<string, Status>> = { open: "open", opened: "open", reopened: "open", closed: "closed" };

/** The states an issue can go to. @param state GitLab's word for where it is; null for a new one */
export function choosableStates(state: string | null): IssueChoices["statuses"] {
  return state === null || state === "closed"
    ? [{ name: "opened", status: "open" }]
    : [{ name: "closed", status: "closed" }];
}

/**
 * A change of status in GitLab's fields; empty where none is wanted or the issue is there already.
 *
 * @param state GitLab's word for where it is.
 * @throws AppError invalid_input for a word GitLab does not have, or one that contradicts the status
 */
export function stateChange(
  { status, rawStatus }: Pick<IssueChange, "status" | "rawStatus">,
  state: string,
): { stateEvent?: "close" | "reopen" } {
  const word = rawStatus?.toLowerCase();
  const said = word === undefined ? status : Object.hasOwn(words, word) ? words[word] : null;
  if (said === null || (word !== undefined && status !== undefined && said !== status)) {
    throw new AppError(
      "invalid_input",
      said === null
        ? `GitLab has no status "${rawStatus ?? ""}": choose opened or closed.`
        : `"${rawStatus ?? ""}" does not mean ${status ?? ""}: choose one of the two.`,
    );
  }
  if (said === undefined || said === words[state]) return {};
  return { stateEvent: said === "closed" ? "close" : "reopen" };
}
