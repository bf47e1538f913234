import * as z from "zod";
import { id, timestamp } from "../entities/common.ts";
import { grant, signInClient } from "./grant.ts";
import { operation } from "./operation.ts";

/** Signing in as the Linux user one is. How a client must go about it: contract/host-sign-in.ts. */
export const hostIdentity = {
  hostChallenge: operation
    .route({
      method: "POST",
      path: "/api/auth/host/challenge",
      summary: "Host identity: ask which directory to make (mode 0700), within ten seconds",
      tags: ["auth"],
    })
    .meta({
      capability: "public",
      effect: "read",
      scope: [],
      example: { input: { linuxUser: "ada", nonce: "9f".repeat(32) } },
    })
    .input(
      z.object({
        linuxUser: z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/, "must be a Linux user name"),
        /** Made for this sign-in alone; the directory's name binds it. */
        nonce: z.string().regex(/^[\x21-\x7e]{8,200}$/, "must be 8 to 200 characters of ASCII without spaces"),
      }),
    )
    .output(z.object({ challengeId: id, directory: z.string(), expiresAt: timestamp })),
  hostVerify: operation
    .route({
      method: "POST",
      path: "/api/auth/host/verify",
      summary: "Host identity: sign in as the owner of the directory that was made",
      tags: ["auth"],
    })
    .meta({ capability: "public", effect: "write", scope: [], example: { input: { challengeId: "4f9d2c" } } })
    .input(z.object({ challengeId: id, client: signInClient }))
    .output(grant),
};
