import * as z from "zod";
import { base, name, slug } from "./common.ts";

const fields = {
  slug,
  name,
  color: z.string().regex(/^#[0-9a-fA-F]{6}$/, "must be a colour as #1f6feb"),
  description: z.string().max(2000),
};

export const tenant = z.object({ ...base, ...fields });
export const tenantInput = z.object({
  ...fields,
  color: fields.color.default("#1f6feb"),
  description: fields.description.default(""),
});
export const tenantPatch = z.object(fields).partial();

export type Tenant = z.infer<typeof tenant>;
export type TenantInput = z.infer<typeof tenantInput>;
