import * as z from "zod";
import { timestamp } from "../entities/common.ts";
import { user } from "../entities/user.ts";

/** A session token as the server hands it out; shown once, never stored in clear. */
export const grant = z.object({ token: z.string(), expiresAt: timestamp, user });

/** 32 bytes in hexadecimal. */
export const digest = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits");

/** What signs in, shown in the list of sessions. */
export const signInClient = z.string().max(100).default("unnamed");
