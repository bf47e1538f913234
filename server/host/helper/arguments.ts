/** Whether a value that came over the pipe is what a verb takes. */
export type Check = (value: unknown) => boolean;

export const text: Check = (value) => typeof value === "string";
export const flag: Check = (value) => typeof value === "boolean";
/** A whole number from 0 on, as modes, ids, sizes and times are. */
export const count: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
export const texts: Check = (value) => Array.isArray(value) && value.every(text);
export const textByName: Check = (value) => isRecord(value) && Object.values(value).every(text);

export function optional(check: Check): Check {
  return (value) => value === undefined || check(value);
}

/** An object with these members and no others. */
export function record(members: Readonly<Record<string, Check>>): Check {
  return (value) =>
    isRecord(value) &&
    Object.keys(value).every((name) => Object.hasOwn(members, name)) &&
    Object.entries(members).every(([name, check]) => check(value[name]));
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
