/** How Jira tells its limits: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/ */

/** How many seconds an answer asks to be left alone; null where it says nothing of that. */
export function waitAsked(headers: Headers): number | null {
  const after = headers.get("retry-after");
  if (after !== null) {
    const seconds = /^\d+$/.test(after) ? Number(after) : (Date.parse(after) - Date.now()) / 1000;
    if (Number.isFinite(seconds)) return Math.max(Math.ceil(seconds), 0);
  }
  const reset = Date.parse(headers.get("x-ratelimit-reset") ?? "");
  return Number.isNaN(reset) ? null : Math.max(Math.ceil((reset - Date.now()) / 1000), 0);
}

/** The window that Jira counts requests in, by its own clock; null where it tells of none. */
export function windowOf(headers: Headers): { limit: number; remaining: number; endsInSeconds: number } | null {
  const [limit, remaining] = [headers.get("x-ratelimit-limit"), headers.get("x-ratelimit-remaining")];
  const resetAt = Date.parse(headers.get("x-ratelimit-reset") ?? "");
  const now = Date.parse(headers.get("date") ?? "");
  if (limit === null || remaining === null || Number.isNaN(resetAt) || Number.isNaN(now)) return null;
  return { limit: Number(limit), remaining: Number(remaining), endsInSeconds: (resetAt - now) / 1000 };
}
