import { AppError } from "../../../shared/errors.ts";
import type { IssueChange, IssueChoices } from "../tracker.ts";

type Status = "open" | "closed";

/** GitHub's reasons for closing, by the words its pages use for them. */
const closingReasons: Readonly<Record<string, string>> = {
  completed: "completed",
  "not planned": "not_planned",
  duplicate: "duplicate",
};

/** The states an issue can go to. @param state GitHub's word for where it is; null for a new one */
export function choosableStates(state: string | null): IssueChoices["statuses"] {
  if (state === null) return [{ name: "open", status: "open" }];
  if (state === "closed") return [{ name: "open", status: "open" }];
  return Object.keys(closingReasons).map((name) => ({ name, status: "closed" }));
}

/**
 * A change of status in GitHub's fields; empty where none is wanted. Without a reason GitHub takes "completed".
 *
 * @throws AppError invalid_input for a word GitHub does not have, or one that contradicts the status
 */
export function stateChange({ status, rawStatus }: IssueChange): { state?: Status; state_reason?: string } {
  if (rawStatus === undefined) return status === undefined ? {} : { state: status };
  const word = rawStatus.toLowerCase().replaceAll("_", " ");
  const reason = Object.hasOwn(closingReasons, word) ? closingReasons[word] : undefined;
  const state = word === "open" ? "open" : word === "closed" || reason !== undefined ? "closed" : null;
  if (state === null || (status !== undefined && status !== state)) {
    throw new AppError(
      "invalid_input",
      state === null
        ? `GitHub has no status "${rawStatus}": choose open, ${Object.keys(closingReasons).join(", ")}.`
        : `"${rawStatus}" does not mean ${status ?? ""}: choose one of the two.`,
    );
  }
  return { state, ...(reason !== undefined && { state_reason: reason }) };
}
