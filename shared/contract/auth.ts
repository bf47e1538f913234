import * as z from "zod";
import { email, id, timestamp } from "../entities/common.ts";
import { user } from "../entities/user.ts";
import { on, operation } from "./operation.ts";

/** A session token as the server hands it out; shown once, never stored in clear. */
const grant = z.object({ token: z.string(), expiresAt: timestamp, user });

/** 32 bytes in hexadecimal. */
const digest = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits");

const authSession = z.object({
  id,
  createdAt: timestamp,
  expiresAt: timestamp,
  lastUsedAt: timestamp,
  client: z.string(),
  current: z.boolean(),
});

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
        /** What signs in, shown in the list of sessions. */
        client: z.string().max(100).default("unnamed"),
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
    .meta({ capability: "self", effect: "write", scope: [], example: {} }),
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
