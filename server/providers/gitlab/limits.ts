/** How GitLab tells its limits: https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/#response-headers */

type Refusal = Pick<Response, "status" | "headers">;

/** The seconds GitLab wants no more requests, as an answer says that refuses one for that; else null. */
export function limitOf({ status, headers }: Refusal): number | null {
  const after = headers.get("retry-after") ?? "";
  // 503 with a time is maintenance, or a proxy's limit.
  if (status !== 429 && !(status === 503 && after !== "")) return null;
  if (/^\d+$/.test(after)) return Number(after);
  const date = Date.parse(after);
  if (!Number.isNaN(date)) return Math.max(Math.ceil((date - nowOf(headers)) / 1000), 0);
  return secondsUntilReset(headers);
}

/** The window that requests are counted in; null where GitLab does not limit them. */
export function windowOf(headers: Headers): { limit: number; remaining: number; endsInSeconds: number } | null {
  const [limit, remaining] = [headers.get("ratelimit-limit"), headers.get("ratelimit-remaining")];
  if (limit === null || remaining === null) return null;
  return { limit: Number(limit), remaining: Number(remaining), endsInSeconds: secondsUntilReset(headers) };
}

/** A minute, GitLab's usual window, where nothing is told. */
function secondsUntilReset(headers: Headers): number {
  const reset = Number(headers.get("ratelimit-reset"));
  return reset > 0 ? Math.max(Math.ceil(reset - nowOf(headers) / 1000), 0) : 60;
}

/** By the server's clock where it tells the time: ours may be wrong. */
function nowOf(headers: Headers): number {
  const now = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(now) ? Date.now() : now;
}
