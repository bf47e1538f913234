/**
 * What Node.js is told when it runs the server. Young objects get 8 MB instead of what V8 takes by itself where memory
 * is plenty: a sync leaves much behind at once, and would keep 100 MB more resident for no gain in speed
 * (`npm run bench -- sync-memory`). https://nodejs.org/api/cli.html#--max-semi-space-sizesize-in-mib
 */
export const serverFlags: readonly string[] = ["--max-semi-space-size=8"];
