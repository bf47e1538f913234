import { doTransition, getTransitions } from "jira.js/cloud";
import * as z from "zod";
import { AppError } from "../../../shared/errors.ts";
import { normaliseStatus } from "../../../shared/rules/status.ts";
import type { IssueChange, IssueChoices } from "../tracker.ts";
import type { JiraCall, JiraClient } from "./client.ts";
import { type Issue, type Status, status, statusCategory } from "./payloads.ts";
import { pathPart } from "./search.ts";

const transitionList = z.object({
  transitions: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      to: status,
      fields: z
        .record(
          z.string(),
          z.object({ name: z.string(), required: z.boolean(), hasDefaultValue: z.boolean().nullish() }),
        )
        .nullish(),
    }),
  ),
});

/** A step of the project's workflow that may be taken now. */
export type Transition = z.infer<typeof transitionList>["transitions"][number];

export async function readTransitions(client: JiraClient, id: string, call: JiraCall): Promise<Transition[]> {
  const parameters = { issueIdOrKey: pathPart(id), expand: "transitions.fields" };
  const { data } = await client.call((api) => getTransitions(api, parameters), transitionList, call);
  return data.transitions;
}

export async function takeTransition(client: JiraClient, id: string, transition: string, call: JiraCall) {
  const parameters = { issueIdOrKey: pathPart(id), transition: { id: transition } };
  await client.call((api) => doTransition(api, parameters), z.unknown(), { ...call, write: true });
}

export function openOrClosed(value: Status): "open" | "closed" {
  return normaliseStatus({ raw: value.name, category: statusCategory(value) });
}

/** The statuses that steps lead to, each once. */
export function statusChoices(transitions: readonly Transition[]): IssueChoices["statuses"] {
  const byName = new Map(transitions.map(({ to }) => [to.name, { name: to.name, status: openOrClosed(to) }]));
  return [...byName.values()];
}

/**
 * The step that a change asks for; null where the issue is there already.
 *
 * @throws {AppError} `conflict` with `data.choices` where several statuses would do, or with `data.fields` where the
 *   step wants more than can be given here; `provider_forbidden` where no step leads there.
 */
export function chooseTransition(
  found: Issue,
  transitions: readonly Transition[],
  change: Pick<IssueChange, "status" | "rawStatus">,
): Transition | null {
  const { key, fields } = found;
  const { status: wanted, rawStatus } = change;
  const now = fields.status;
  if (rawStatus !== undefined ? sameName(now.name, rawStatus) : openOrClosed(now) === wanted) return null;
  if (transitions.length === 0) {
    throw new AppError(
      "provider_forbidden",
      `Jira lets this account take no step of the workflow from ${quoted(now.name)} in ${key}: it lacks the permission ` +
        '"Transition issues" in the project, or the workflow ends there.',
    );
  }
  const named = transitions.filter(
    ({ name, to }) => rawStatus !== undefined && (sameName(to.name, rawStatus) || sameName(name, rawStatus)),
  );
  const fitting = rawStatus === undefined ? transitions.filter(({ to }) => openOrClosed(to) === wanted) : named;
  const offered = [...new Set(transitions.map(({ to }) => to.name))];
  if (fitting.length === 0) {
    const goal = rawStatus === undefined ? `one that counts as ${wanted ?? "wanted"}` : quoted(rawStatus);
    throw new AppError(
      "provider_forbidden",
      `From ${quoted(now.name)} the workflow of ${key} offers this account no step to ${goal}, only to ` +
        `${offered.map(quoted).join(", ")}.`,
      { data: { choices: offered } },
    );
  }
  const targets = [...new Set(fitting.map(({ to }) => to.name))];
  if (targets.length > 1) {
    throw new AppError("conflict", `Several statuses of ${key} would do: choose ${targets.map(quoted).join(" or ")}.`, {
      data: { choices: targets },
    });
  }
  const free = fitting.find((transition) => wantedFields(transition).length === 0);
  if (free) return free;
  const [first] = fitting;
  const missing = first ? wantedFields(first) : [];
  throw new AppError(
    "conflict",
    `The step to ${quoted(targets.join())} asks for ${missing.join(", ")}, which can only be given in Jira: ` +
      `take it there for ${key}.`,
    { data: { fields: missing } },
  );
}

function wantedFields({ fields }: Transition): string[] {
  return Object.values(fields ?? {})
    .filter(({ required, hasDefaultValue }) => required && hasDefaultValue !== true)
    .map(({ name }) => name);
}

function sameName(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}

function quoted(name: string): string {
  return `"${name}"`;
}
