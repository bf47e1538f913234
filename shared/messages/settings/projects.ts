import type { ProviderName } from "../../entities/connection.ts";
import type { Project } from "../../entities/project.ts";

/** What the page of projects shows, with what a project may refer to. */
export interface ProjectsData {
  projects: Project[];
  tenants: { id: string; name: string }[];
  people: { id: string; name: string; email: string }[];
  connections: { id: string; name: string; provider: ProviderName; tenantId: string }[];
  sshKeys: { id: string; name: string; tenantId: string }[];
}
