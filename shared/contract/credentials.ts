import * as z from "zod";
import { email, name, timestamp } from "../entities/common.ts";
import { newPassword, password, passwordChange, totp, totpConfirmation } from "../entities/sign-in.ts";
import { user } from "../entities/user.ts";
import { digest, grant, signInClient } from "./grant.ts";
import { operation } from "./operation.ts";

const code = z.string().regex(/^[A-Za-z0-9_-]{20,100}$/, "is not a one-time code");

/** E-mail and password, one-time codes and the step-up. */
export const credentials = {
  login: operation
    .route({ method: "POST", path: "/api/auth/login", summary: "Sign in with e-mail and password", tags: ["auth"] })
    .meta({
      capability: "public",
      effect: "write",
      scope: [],
      example: { input: { email: "ada@example.org", password: "four words of yours", client: "VS Code" } },
    })
    .input(z.object({ email, password, client: signInClient }))
    .output(grant),
  stepUp: operation
    .route({
      method: "POST",
      path: "/api/auth/step-up",
      summary: "Show again who one is, by password or one-time code: administering on a shared host takes it",
      tags: ["auth"],
    })
    .meta({
      capability: "self",
      effect: "write",
      scope: [],
      personOnly: true,
      example: { input: { totp: "123456" } },
    })
    .input(
      z
        .object({ password: password.optional(), totp: totp.optional() })
        .refine(
          (value) => (value.password === undefined) !== (value.totp === undefined),
          "give either password or totp",
        ),
    )
    .output(z.object({ steppedUpAt: timestamp, until: timestamp })),
  changePassword: operation
    .route({
      method: "PUT",
      path: "/api/auth/password",
      summary: "Change one's password; ends one's other sign-ins",
      successStatus: 204,
      tags: ["auth"],
    })
    .meta({
      capability: "self",
      effect: "write",
      scope: [],
      personOnly: true,
      example: { input: { currentPassword: "four words of yours", password: "four other words" } },
    })
    .input(passwordChange),
  redeem: operation
    .route({
      method: "POST",
      path: "/api/auth/redeem",
      summary: "Set a password with a one-time code, and sign in; ends all other sign-ins",
      tags: ["auth"],
    })
    .meta({
      capability: "public",
      effect: "write",
      scope: [],
      example: { input: { code: "Zm9yIG9uZSB1c2UgYWxvbmU", password: "four words of yours", client: "VS Code" } },
    })
    .input(z.object({ code, password: newPassword, client: signInClient }))
    .output(grant),
  createAdmin: operation
    .route({
      method: "POST",
      path: "/api/auth/admin",
      summary: "On the host: make an administrator, by proving to know the secret of the server's runtime file",
      tags: ["auth"],
    })
    .meta({
      capability: "public",
      effect: "write",
      scope: [],
      example: { input: { nonce: "9f".repeat(32), proof: "c4".repeat(32), email: "ada@example.org" } },
    })
    .input(
      z.object({
        nonce: digest,
        proof: digest,
        email,
        name: name.optional(),
        linuxUser: user.shape.linuxUser.optional(),
      }),
    )
    .output(z.object({ user, code: z.string(), expiresAt: timestamp, serverProof: digest })),
  enrolTotp: operation
    .route({
      method: "POST",
      path: "/api/auth/totp",
      summary: "Begin to use one-time codes: the secret counts once a code of it was confirmed",
      tags: ["auth"],
    })
    .meta({ capability: "self", effect: "write", scope: [], personOnly: true, stepUp: true, example: {} })
    .output(z.object({ secret: z.string(), address: z.string() })),
  confirmTotp: operation
    .route({
      method: "POST",
      path: "/api/auth/totp/confirm",
      summary: "Confirm one-time codes with the first one",
      successStatus: 204,
      tags: ["auth"],
    })
    .meta({
      capability: "self",
      effect: "write",
      scope: [],
      personOnly: true,
      stepUp: true,
      example: { input: { totp: "123456" } },
    })
    .input(totpConfirmation),
  removeTotp: operation
    .route({
      method: "DELETE",
      path: "/api/auth/totp",
      summary: "Use one-time codes no more",
      successStatus: 204,
      tags: ["auth"],
    })
    .meta({ capability: "self", effect: "destructive", scope: [], personOnly: true, stepUp: true, example: {} }),
};

/** A code for somebody else, made by an administrator. */
export const signInCode = z.object({ code: z.string(), expiresAt: timestamp });
