import type { Connection, StatusOverrides } from "../../../shared/entities/connection.ts";
import type { ConnectionValues } from "../../../shared/messages/settings/connections.ts";
import { foldStatus } from "../../../shared/rules/fold-status.ts";

export type ValueName = keyof ConnectionValues;

/** In the order of the form. */
export const valueNames = ["name", "baseUrl", "email", "open", "closed"] as const satisfies ValueName[];

export const emptyValues: ConnectionValues = { name: "", baseUrl: "", email: "", open: "", closed: "" };

/** A connection as its form shows it. */
export function valuesOf({ name, baseUrl, email, statusOverrides }: Connection): ConnectionValues {
  return {
    name,
    baseUrl,
    email,
    open: statusOverrides.open.join("\n"),
    closed: statusOverrides.closed.join("\n"),
  };
}

/** What the form says, as the contract takes it. */
export function fieldsOf({ name, baseUrl, email, open, closed }: ConnectionValues): {
  name: string;
  baseUrl: string;
  email: string;
  statusOverrides: StatusOverrides;
} {
  return {
    name: name.trim(),
    baseUrl: baseUrl.trim(),
    email: email.trim().toLowerCase(),
    statusOverrides: { open: lines(open), closed: lines(closed) },
  };
}

function lines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** Whether two forms say the same; outer space and empty lines don't count. */
export function isSame(one: ConnectionValues, other: ConnectionValues): boolean {
  return valueNames.every((name) => isSameValue(name, one, other));
}

function isSameValue(name: ValueName, one: ConnectionValues, other: ConnectionValues): boolean {
  return normal(name, one) === normal(name, other);
}

function normal(name: ValueName, values: ConnectionValues): string {
  const fields = fieldsOf(values);
  if (name === "open" || name === "closed") return fields.statusOverrides[name].join("\n");
  return fields[name];
}

/** What came of putting another's change and one's own together. */
export interface Merged {
  values: ConnectionValues;
  /** Taken over from the other: this person had not touched them. */
  taken: ValueName[];
  /** Changed by both, to something else. */
  conflicts: ValueName[];
}

/**
 * Puts together what a person typed and what somebody saved meanwhile.
 * @param base what both started from
 */
export function merge(base: ConnectionValues, mine: ConnectionValues, theirs: ConnectionValues): Merged {
  const merged: Merged = { values: { ...mine }, taken: [], conflicts: [] };
  for (const name of valueNames) {
    if (isSameValue(name, base, theirs) || isSameValue(name, mine, theirs)) continue;
    if (isSameValue(name, base, mine)) {
      merged.values[name] = theirs[name];
      merged.taken.push(name);
    } else merged.conflicts.push(name);
  }
  return merged;
}

export type Problems = Partial<Record<ValueName, string>>;

/** Which addresses and accounts a kind of connection wants. */
export interface Wants {
  address: boolean;
  email: boolean;
}

/**
 * What can be said without asking the server, which has the last word.
 * @param t translates
 */
export function check(values: ConnectionValues, wants: Wants, t: (english: string) => string): Problems {
  const { name, baseUrl, email, statusOverrides } = fieldsOf(values);
  const problems: Problems = {};
  if (name === "") problems.name = t("Give it a name, to tell it from the others.");
  else if (name.length > 200) problems.name = t("A name has at most 200 characters.");
  if (baseUrl === "" && wants.address) problems.baseUrl = t("This tracker has no common address: give your own.");
  else if (baseUrl !== "") {
    const wrong = wrongAddress(baseUrl);
    if (wrong !== null) problems.baseUrl = t(wrong);
  }
  if (email === "" && wants.email) problems.email = t("Jira Cloud takes a token together with its account's e-mail.");
  else if (email !== "" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) {
    problems.email = t("This is not an e-mail address.");
  }
  const open = new Set(statusOverrides.open.map(foldStatus));
  const both = statusOverrides.closed.find((word) => open.has(foldStatus(word)));
  if (both !== undefined) problems.closed = `${t("A status is either open or closed. In both lists stands:")} ${both}`;
  for (const list of ["open", "closed"] as const) {
    if (statusOverrides[list].some((word) => word.length > 100)) {
      problems[list] = t("A status has at most 100 characters; one stands on each line.");
    } else if (statusOverrides[list].length > 100) problems[list] = t("At most 100 statuses can be listed.");
  }
  return problems;
}

function wrongAddress(text: string): string | null {
  if (!URL.canParse(text)) return "An address begins with https://";
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return "An address begins with https://";
  if (url.username !== "" || url.password !== "")
    return "Leave user and password out: the token has a field of its own.";
  return null;
}

/** Where the server's errors belong; what is about none of the fields is left to the notice. */
export function problemsOf(errors: { path: string; message: string }[]): Problems {
  const problems: Problems = {};
  for (const { path, message } of errors) {
    const name = valueNames.find((candidate) => path === candidate || path === `statusOverrides.${candidate}`);
    if (name !== undefined) problems[name] ??= message;
    else if (path.startsWith("statusOverrides.open")) problems.open ??= message;
    else if (path.startsWith("statusOverrides")) problems.closed ??= message;
  }
  return problems;
}
