import { AppError } from "../errors.ts";

/**
 * Reads an untrusted value: answers it typed, without members that were not asked for, or throws an `AppError`
 * (`invalid_input`) that names `path`. Hand-made instead of zod because these few run inside webviews, where zod's probe
 * for `eval` is a violation of the content security policy, and in a bundle that must stay small.
 */
export type Shape<T> = (value: unknown, path: string) => T;

/** What a shape reads. */
export type Read<S> = S extends Shape<infer T> ? T : never;

function refuse(path: string, expected: string): AppError {
  return new AppError("invalid_input", `The message was refused: ${path} must be ${expected}.`, {
    errors: [{ path, message: `must be ${expected}` }],
  });
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** No input at all. */
export const nothing: Shape<undefined> = (value, path) => {
  if (value !== undefined && value !== null) throw refuse(path, "empty");
  return undefined;
};

/** Text of at most `max` UTF-16 units. */
export function text(max: number): Shape<string> {
  return (value, path) => {
    if (typeof value !== "string" || value.length > max) throw refuse(path, `text of at most ${max} characters`);
    return value;
  };
}

/** An opaque id as the contract's. */
export const idText: Shape<string> = (value, path) => {
  if (typeof value !== "string" || !/^[A-Za-z0-9_-]{1,100}$/.test(value)) throw refuse(path, "an id");
  return value;
};

/** The value, or undefined where there is none. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, path) => (value === undefined || value === null ? undefined : shape(value, path));
}

/** The value, or null where there is none. */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, path) => (value === null || value === undefined ? null : shape(value, path));
}

/** Anything at all: what reads it further checks it itself. */
export const anything: Shape<unknown> = (value) => value;

/** An object of at most 100 members of one kind, by short names. */
export function table<T>(item: Shape<T>): Shape<Record<string, T>> {
  return (value, path) => {
    if (!isRecord(value)) throw refuse(path, "an object");
    const entries = Object.entries(value);
    if (entries.length > 100 || entries.some(([name]) => name.length > 100)) {
      throw refuse(path, "an object of at most 100 members");
    }
    return Object.fromEntries(entries.map(([name, member]) => [name, item(member, `${path}.${name}`)]));
  };
}

/** A whole number between `min` and `max`, both included. */
export function whole(min: number, max: number): Shape<number> {
  return (value, path) => {
    if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
      throw refuse(path, `a whole number between ${min} and ${max}`);
    }
    return value;
  };
}

/** One of the given words. */
export function oneOf<const T extends string>(...words: T[]): Shape<T> {
  return (value, path) => {
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) throw refuse(path, `one of ${words.join(", ")}`);
    return word;
  };
}

/** At most `max` items. */
export function list<T>(item: Shape<T>, max: number): Shape<T[]> {
  return (value, path) => {
    if (!Array.isArray(value) || value.length > max) throw refuse(path, `a list of at most ${max}`);
    return value.map((member: unknown, index) => item(member, `${path}.${index}`));
  };
}

/** An object with these members; others are dropped. */
export function record<T extends Record<string, unknown>>(members: { [K in keyof T]: Shape<T[K]> }): Shape<T> {
  return (value, path) => {
    if (!isRecord(value)) throw refuse(path, "an object");
    const read: Partial<T> = {};
    for (const name of Object.keys(members) as (keyof T & string)[]) {
      read[name] = members[name](Object.hasOwn(value, name) ? value[name] : undefined, `${path}.${name}`);
    }
    return read as T;
  };
}

const linkProtocols = new Set(["http:", "https:", "mailto:"]);
const maxLinkLength = 4000;

/** An absolute http, https or mailto address without a user or password in it, as a browser would normalise it. */
export const link: Shape<string> = (value, path) => {
  const expected = "an http, https or mailto address";
  if (typeof value !== "string" || value.length > maxLinkLength || !URL.canParse(value)) throw refuse(path, expected);
  const url = new URL(value);
  if (!linkProtocols.has(url.protocol) || url.username !== "" || url.password !== "") throw refuse(path, expected);
  return url.href;
};

/**
 * A value made by our own extension host, whose type was checked when it was built: only that it is an object is looked
 * at. Never for what comes from a webview.
 */
export function fromHost<T extends object>(): Shape<T> {
  return (value, path) => {
    if (typeof value !== "object" || value === null) throw refuse(path, "an object or a list");
    return value as T;
  };
}
