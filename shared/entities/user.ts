import * as z from "zod";
import { base, email, id, name } from "./common.ts";

export const levels = ["admin", "technician", "billing", "client"] as const;
export const level = z.enum(levels);

export const membership = z.object({ tenantId: id, role: z.enum(["member", "partner_admin"]) });
/** Who a person is at a provider: "my issues". */
export const providerIdentity = z.object({ connectionId: id, login: z.string().min(1).max(200) });

const fields = {
  email,
  username: z
    .string()
    .max(64)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "must be letters, digits, dot, dash and underscore"),
  name,
  level,
  /** The Linux account the person works as; empty where none is mapped. */
  linuxUser: z.string().regex(/^([a-z_][a-z0-9_-]{0,31})?$/, "must be a Linux user name"),
  status: z.enum(["active", "disabled"]),
  memberships: z.array(membership).max(200),
  identities: z.array(providerIdentity).max(200),
};

export const user = z.object({ ...base, ...fields });
export const userInput = z.object({
  ...fields,
  level: level.default("client"),
  linuxUser: fields.linuxUser.default(""),
  status: fields.status.default("active"),
  memberships: fields.memberships.default([]),
  identities: fields.identities.default([]),
});
export const userPatch = z.object(fields).partial();

/** Which Linux user each person works as on the server's host. */
export const linuxUsers = z.object({
  /** A server in personal mode acts as its own user alone, and finds nothing wrong with the others. */
  mode: z.enum(["personal", "shared"]),
  /** `mapping`: the person's record, else the server's table. `direct`: the account called as the person's user name. */
  strategy: z.enum(["mapping", "direct"]),
  people: z.array(
    z.object({
      userId: id,
      /** Null where the person is mapped to none. */
      linuxUser: z.string().nullable(),
      /** In words, with what to do; null where the person can work here. */
      problem: z.string().nullable(),
    }),
  ),
});

export type User = z.infer<typeof user>;
export type UserInput = z.infer<typeof userInput>;
export type Level = z.infer<typeof level>;
export type LinuxUserTable = z.infer<typeof linuxUsers>;
export type Membership = z.infer<typeof membership>;
