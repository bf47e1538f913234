import * as z from "zod";
import { email, id, timestamp } from "../entities/common.ts";
import { authSession } from "../entities/sign-in.ts";
import { user } from "../entities/user.ts";
import { digest, grant, signInClient } from "./grant.ts";
import { on, operation } from "./operation.ts";

export const auth = {
  local: operation
    .route({
      method: "POST",
      path: "/api/auth/local",
      summary: "Personal mode: sign in by proving to know the secret of the 0600 file in the runtime directory",
      tags: ["auth"],
    })
    .meta({
      capability: "public",
      effect: "write",
      scope: [],
      example: { input: { nonce: "9f".repeat(32), proof: "c4".repeat(32), client: "aiops token" } },
    })
    .input(
      z.object({
        /** Made for this request alone, and the client's proof over it: see rules/local-proof.ts. */
        nonce: digest,
        proof: digest,
        client: signInClient,
        /** Another person of this server, for tests and support; audited. */
        as: email.optional(),
        ttlSeconds: z.int().min(1).max(86_400).optional(),
      }),
    )
    .output(grant.extend({ serverProof: digest })),
  me: operation
    .route({ method: "GET", path: "/api/auth/me", summary: "Who the token speaks for", tags: ["auth"] })
    .meta({ capability: "self", effect: "read", scope: [], example: {} })
    .output(
      z.object({
        user,
        sessionId: id,
        expiresAt: timestamp,
        mode: z.enum(["personal", "shared"]),
        version: z.string(),
        /** How the token was got: `local`, `host`, `pwd`, `otp` or `pat`. */
        amr: z.array(z.string()),
        /** What administering takes besides the right to it. */
        stepUp: z.object({
          /** Whether this server asks for it: a shared one does. */
          required: z.boolean(),
          /** Until when the last one counts; null where none does. */
          until: timestamp.nullable(),
          /** What the person can show; none where an administrator must give a one-time code first. */
          methods: z.array(z.enum(["password", "totp"])),
        }),
      }),
    ),
  logout: operation
    .route({
      method: "POST",
      path: "/api/auth/logout",
      summary: "End the session of this token",
      successStatus: 204,
      tags: ["auth"],
    })
    .meta({ capability: "self", effect: "write", scope: [], personOnly: true, example: {} }),
  validate: operation
    .route({ method: "POST", path: "/api/auth/validate", summary: "Check another token", tags: ["auth"] })
    .meta({
      capability: "self",
      effect: "read",
      scope: [],
      example: { input: { token: "eyJ…" }, output: { valid: false, error: "expired" } },
    })
    .input(z.object({ token: z.string().max(8000) }))
    .output(z.object({ valid: z.boolean(), user: user.optional(), error: z.string().optional() })),
  revoke: operation
    .route({
      method: "POST",
      path: "/api/auth/revoke",
      summary: "Revoke a token or a session of one's own",
      successStatus: 204,
      tags: ["auth"],
    })
    .meta({
      capability: "self",
      effect: "destructive",
      scope: [on("authSession", "sessionId")],
      personOnly: true,
      example: { input: { sessionId: "4f9d2c" } },
    })
    .input(
      z
        .object({ token: z.string().max(8000).optional(), sessionId: id.optional() })
        .refine(
          (value) => (value.token === undefined) !== (value.sessionId === undefined),
          "give either token or sessionId",
        ),
    ),
  sessions: operation
    .route({ method: "GET", path: "/api/auth/sessions", summary: "List where one is signed in", tags: ["auth"] })
    .meta({ capability: "self", effect: "read", scope: [], example: {} })
    .output(z.object({ items: z.array(authSession) })),
};
