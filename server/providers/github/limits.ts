/** How GitHub tells its limits: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */

/** The seconds GitHub wants no more requests, as an answer says that refuses one for that; else null. */
export function limitOf({ status, headers }: Pick<Response, "status" | "headers">): number | null {
  if (status !== 403 && status !== 429) return null;
  const retryAfter = Number(headers.get("retry-after"));
  if (retryAfter > 0) return retryAfter;
  return headers.get("x-ratelimit-remaining") === "0" ? secondsUntilReset(headers) : null;
}

/** The window of the primary limit, as every answer tells it; null where none is told (GHES without limits). */
export function windowOf(headers: Headers): { limit: number; remaining: number; endsInSeconds: number } | null {
  const [limit, remaining] = [headers.get("x-ratelimit-limit"), headers.get("x-ratelimit-remaining")];
  if (limit === null || remaining === null) return null;
  return { limit: Number(limit), remaining: Number(remaining), endsInSeconds: secondsUntilReset(headers) };
}

/** By the server's clock where it tells the time: ours may be wrong. A minute where nothing is told. */
function secondsUntilReset(headers: Headers): number {
  const reset = Number(headers.get("x-ratelimit-reset"));
  const now = Date.parse(headers.get("date") ?? "");
  if (!(reset > 0)) return 60;
  return Math.max(Math.ceil(reset - (Number.isNaN(now) ? Date.now() : now) / 1000), 0);
}
