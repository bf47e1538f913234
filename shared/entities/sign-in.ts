import * as z from "zod";
import { tokenScopes } from "../rules/token-scopes.ts";
import { id, name, timestamp } from "./common.ts";

/** A place where a person is signed in. */
export const authSession = z.object({
  id,
  createdAt: timestamp,
  expiresAt: timestamp,
  lastUsedAt: timestamp,
  client: z.string(),
  /** How the person proved who they are: `pwd`, `otp`, `host`, `local`. */
  amr: z.array(z.string()),
  current: z.boolean(),
});

/** A personal access token, for scripts, as it is listed: the token itself is shown once, when it is made. */
export const accessToken = z.object({
  id,
  name,
  scopes: z.array(z.enum(tokenScopes)),
  createdAt: timestamp,
  lastUsedAt: timestamp.nullable(),
  expiresAt: timestamp,
});
export const accessTokenInput = z.object({
  name,
  /** `read`, `write` (both never administer), or single rights. */
  scopes: z.array(z.enum(tokenScopes)).min(1).max(50),
  /** How long it is good for. */
  days: z.int().min(1).max(366).default(90),
});

/** Bytes are bounded, because each costs work; what a person chooses is at least twelve characters. */
export const password = z.string().min(1).max(1000);
export const newPassword = z.string().min(12, "must have at least twelve characters").max(1000);
export const passwordChange = z.object({ currentPassword: password, password: newPassword });

/** A code of an authenticator program. */
export const totp = z.string().regex(/^\d{6}$/, "must be six digits");
export const totpConfirmation = z.object({ totp });

export type AuthSession = z.infer<typeof authSession>;
export type AccessToken = z.infer<typeof accessToken>;
