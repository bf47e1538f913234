import * as z from "zod";

/**
 * How a personal server and its clients find each other: a file of mode 0600 in a 0700 directory of the person. Whoever
 * can read its secret is the person. Pure: reading and writing is the caller's.
 */
export const runtimeFile = z.object({
  url: z.url(),
  pid: z.int(),
  version: z.string(),
  secret: z.string(),
  startedAt: z.string(),
});

export type RuntimeFile = z.infer<typeof runtimeFile>;
