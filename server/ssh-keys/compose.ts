import { makeDirectories } from "../storage/make-directories.ts";
import type { Host } from "../host/host.ts";
import type { ProjectService } from "../projects/service.ts";
import { SshHostService, type SshHostServiceOptions } from "./hosts.ts";
import { SshKeyService, type SshKeyServiceOptions } from "./service.ts";

export interface SshKeyOptions
  extends Omit<SshKeyServiceOptions, "user" | "projectsUsing">, Omit<SshHostServiceOptions, "user"> {
  host: Host;
  projects: ProjectService;
}

/** The keys of tenants and the recorded keys of hosts; what both run, they run as the server's own user. */
export async function openSshKeys({ host, projects, ...options }: SshKeyOptions) {
  makeDirectories(options.directory);
  const user = await host.as(host.currentUser);
  const projectsUsing = (id: string) => projects.list(({ sshKeyId }) => sshKeyId === id).map(({ name }) => name);
  return {
    sshKeys: await SshKeyService.open({ ...options, user, projectsUsing }),
    sshHosts: await SshHostService.open({ ...options, user }),
  };
}
