import * as z from "zod";
import { foldStatus } from "../rules/fold-status.ts";
import { base, email, id, name, timestamp } from "./common.ts";

export const provider = z.enum(["github", "gitlab", "jira"]);

export const connectionStatus = z.object({
  ok: z.boolean().nullable(),
  message: z.string(),
  /** Who the token belongs to, in the tracker's words; empty while that is not known. */
  account: z.string().max(300).default(""),
  scopes: z.array(z.string()),
  checkedAt: timestamp.nullable(),
});

/** A tracker's own words for a state. */
const rawStatuses = z.array(z.string().trim().min(1).max(100)).max(100);

/** The connection's own table of states, which wins over the tracker's category and over our words. */
export const statusOverrides = z.object({ open: rawStatuses, closed: rawStatuses }).refine(
  ({ open, closed }) => {
    const words = new Set(open.map(foldStatus));
    return !closed.some((word) => words.has(foldStatus(word)));
  },
  { message: "a state is either open or closed: one stands in both lists" },
);

const fields = {
  tenantId: id,
  provider,
  name,
  /** The API root as that provider's client takes it; empty is the vendor's cloud. */
  baseUrl: z.union([z.literal(""), z.url({ protocol: /^https?$/ }).max(500)]),
  statusOverrides,
  /** The account the token belongs to, where the tracker wants both: Jira Cloud. Empty elsewhere. */
  email: z.union([z.literal(""), email]),
};

/** Write-only: no answer ever carries it. */
const token = z.string().max(4000);

/** What the tracker signs its webhooks with; empty takes it away. Write-only. */
const webhookSecret = z.union([z.literal(""), z.string().min(16).max(500)]);

const noOverrides = { open: [], closed: [] };

export const connection = z.object({
  ...base,
  ...fields,
  statusOverrides: fields.statusOverrides.default(noOverrides),
  email: fields.email.default(""),
  /** Whether webhooks are taken: their secret itself is write-only. */
  hasWebhookSecret: z.boolean(),
  /** Whether a token is stored; the token itself is write-only. */
  hasToken: z.boolean(),
  status: connectionStatus,
});
export const connectionInput = z.object({
  ...fields,
  baseUrl: fields.baseUrl.default(""),
  statusOverrides: fields.statusOverrides.default(noOverrides),
  email: fields.email.default(""),
  token: token.optional(),
  webhookSecret: webhookSecret.optional(),
});
export const connectionPatch = z
  .object({
    name: fields.name,
    baseUrl: fields.baseUrl,
    statusOverrides: fields.statusOverrides,
    email: fields.email,
    token,
    webhookSecret,
  })
  .partial();

export type Connection = z.infer<typeof connection>;
export type ConnectionInput = z.infer<typeof connectionInput>;
export type ConnectionStatus = z.infer<typeof connectionStatus>;
export type StatusOverrides = z.infer<typeof statusOverrides>;
export type ProviderName = z.infer<typeof provider>;
