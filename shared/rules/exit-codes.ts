/** What `aiops` ends with, as its `--help` says; the extension goes by `inUse` when two windows start a server at once. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, notFound: 3, unreachable: 4, inUse: 5 } as const;
