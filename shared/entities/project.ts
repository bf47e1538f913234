import * as z from "zod";
import { projectRoles } from "../rules/permissions.ts";
import { base, id, name, refName, slug } from "./common.ts";

export const redactionPolicy = z.enum(["none", "phi", "cjis"]);

/** Ties a project to one project of a tracker: owner/repo, group/project or a Jira key. */
export const link = z.object({
  id,
  connectionId: id,
  externalProject: z.string().trim().min(1).max(300),
});
export const linkInput = link.omit({ id: true });

/** Minutes from one scheduled sync of a project to the next; 0 turns the schedule off. */
const syncMinutes = z.int().min(0).max(1440);
const defaultSyncMinutes = 5;

const fields = {
  tenantId: id,
  slug,
  name,
  /** What git clones; checked by the rule in rules/names.ts when it is saved and again when it is used. */
  repositoryUrl: z.string().max(1000),
  /** Where work starts from; empty is the remote's own default branch. */
  defaultBranch: refName.or(z.literal("")),
  protectedBranches: z.array(refName).max(100),
  ownerId: id.nullable(),
  sshKeyId: id.nullable(),
  redactionPolicy,
  roles: z.array(z.object({ userId: id, role: z.enum(projectRoles) })).max(500),
  syncMinutes,
};

export const project = z.object({
  ...base,
  ...fields,
  syncMinutes: syncMinutes.default(defaultSyncMinutes),
  links: z.array(link),
});
export const projectInput = z.object({
  ...fields,
  repositoryUrl: fields.repositoryUrl.default(""),
  defaultBranch: fields.defaultBranch.default(""),
  protectedBranches: fields.protectedBranches.default([]),
  ownerId: fields.ownerId.default(null),
  sshKeyId: fields.sshKeyId.default(null),
  redactionPolicy: redactionPolicy.default("none"),
  roles: fields.roles.default([]),
  syncMinutes: syncMinutes.default(defaultSyncMinutes),
});
export const projectPatch = z.object(fields).omit({ tenantId: true }).partial();

export type Project = z.infer<typeof project>;
export type ProjectInput = z.infer<typeof projectInput>;
export type ProjectLink = z.infer<typeof link>;
export type RedactionPolicy = z.infer<typeof redactionPolicy>;
