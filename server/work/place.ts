import type { Project } from "../../shared/entities/project.ts";
import type { User } from "../../shared/entities/user.ts";
import { AppError } from "../../shared/errors.ts";
import type { ProjectService } from "../projects/service.ts";
import type { TenantService } from "../tenants/service.ts";
import type { LinuxUsers } from "../users/linux-users.ts";
import type { UserService } from "../users/service.ts";
import type { WorkspaceProject } from "../workspaces/service.ts";

export interface PlaceSources {
  projects: ProjectService;
  tenants: TenantService;
  users: UserService;
  linuxUsers: Pick<LinuxUsers, "nameOf">;
}

/** Whose working copy of what: what every operation on files, git and sessions begins with. */
export interface Place {
  project: Project;
  user: User;
  linuxUser: string;
  workspaceProject: WorkspaceProject;
}

/**
 * @throws AppError forbidden where the person has no Linux account here: nothing is ever done as somebody else instead;
 *   conflict where the project has no repository
 */
export function resolvePlace(sources: PlaceSources, projectId: string, userId: string): Place {
  const project = sources.projects.get(projectId);
  const user = sources.users.get(userId);
  const linuxUser = sources.linuxUsers.nameOf(user);
  if (project.repositoryUrl === "") {
    throw new AppError("conflict", `The project ${project.name} has no repository yet. Set its repositoryUrl first.`);
  }
  return {
    project,
    user,
    linuxUser,
    workspaceProject: workspaceProjectOf(sources.tenants, project),
  };
}

/** What the workspaces need to know of a project. */
export function workspaceProjectOf(tenants: TenantService, project: Project): WorkspaceProject {
  const { id, slug, tenantId, repositoryUrl, defaultBranch } = project;
  return { id, slug, tenantSlug: tenants.get(tenantId).slug, repositoryUrl, defaultBranch };
}
