import * as z from "zod";

/** What gitbeaker says of a request, in its own camel case. */
export interface RequestDetails {
  searchParams?: Record<string, unknown>;
  body?: Record<string, unknown> | FormData;
}

const parameter = z.union([z.string(), z.number(), z.boolean()]);

/** @param root What the endpoint is below; gitbeaker has encoded the endpoint's parts. */
export function addressOf(root: string, endpoint: string, { searchParams = {} }: RequestDetails): URL {
  const url = new URL(endpoint, root.endsWith("/") ? root : `${root}/`);
  for (const [name, value] of Object.entries(searchParams)) {
    if (value !== undefined) url.searchParams.set(snakeCase(name), String(parameter.parse(value)));
  }
  return url;
}

/** The body as JSON with the header that says so; nothing where there is none. */
export function bodyOf({ body }: RequestDetails): [body: string | FormData | null, type: Record<string, string>] {
  if (body === undefined || body instanceof FormData) return [body ?? null, {}];
  const fields = Object.entries(body).map(([name, value]) => [snakeCase(name), value]);
  return [JSON.stringify(Object.fromEntries(fields)), { "content-type": "application/json" }];
}

/** GitLab's names for gitbeaker's: `updated_after` for `updatedAfter`. */
function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
