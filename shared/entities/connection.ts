import * as z from "zod";
import { base, id, name, timestamp } from "./common.ts";

export const provider = z.enum(["github", "gitlab", "jira"]);

export const connectionStatus = z.object({
  ok: z.boolean().nullable(),
  message: z.string(),
  scopes: z.array(z.string()),
  checkedAt: timestamp.nullable(),
});

const fields = {
  tenantId: id,
  provider,
  name,
  /** The API root as that provider's client takes it; empty is the vendor's cloud. */
  baseUrl: z.union([z.literal(""), z.url({ protocol: /^https?$/ }).max(500)]),
};

/** Write-only: no answer ever carries it. */
const token = z.string().max(4000);

export const connection = z.object({
  ...base,
  ...fields,
  /** Whether a token is stored; the token itself is write-only. */
  hasToken: z.boolean(),
  status: connectionStatus,
});
export const connectionInput = z.object({ ...fields, baseUrl: fields.baseUrl.default(""), token: token.optional() });
export const connectionPatch = z.object({ name: fields.name, baseUrl: fields.baseUrl, token }).partial();

export type Connection = z.infer<typeof connection>;
export type ConnectionInput = z.infer<typeof connectionInput>;
export type ConnectionStatus = z.infer<typeof connectionStatus>;
export type ProviderName = z.infer<typeof provider>;
