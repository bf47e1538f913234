import type { RedactionPolicy } from "../entities/project.ts";

/** What redaction replaces, named as its placeholders are; persons have a shortened name instead. */
export const redactionKinds = [
  "PERSON",
  "EMAIL_ADDRESS",
  "PHONE_NUMBER",
  "US_SSN",
  "DATE_TIME",
  "LOCATION",
  "MEDICAL_LICENSE",
  "US_DRIVER_LICENSE",
  "US_PASSPORT",
  "CREDIT_CARD",
  "IP_ADDRESS",
] as const;

export type RedactionKind = (typeof redactionKinds)[number];

/** The kinds each policy replaces. What the control plane knows by name is replaced under every policy but `none`. */
export const policyKinds: Record<RedactionPolicy, readonly RedactionKind[]> = {
  none: [],
  cjis: ["PERSON", "US_SSN", "US_DRIVER_LICENSE", "DATE_TIME", "LOCATION", "IP_ADDRESS"],
  phi: redactionKinds,
};

/** From the loosest to the strictest: each replaces all that the one before it does. */
const order: readonly RedactionPolicy[] = ["none", "cjis", "phi"];

/** A request may ask for a stricter policy than what holds, never for a looser one: the stricter of both. */
export function stricterPolicy(holds: RedactionPolicy, asked: RedactionPolicy | undefined): RedactionPolicy {
  return asked !== undefined && order.indexOf(asked) > order.indexOf(holds) ? asked : holds;
}
