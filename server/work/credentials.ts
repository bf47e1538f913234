import type { Project } from "../../shared/entities/project.ts";
import { repositoryHost, validateRepositoryUrl } from "../../shared/rules/repository-url.ts";
import type { ConnectionService } from "../connections/service.ts";
import type { GitCredentials } from "../host/git.ts";
import { knownHostLines } from "../ssh-keys/host-keys.ts";
import type { SshHostService } from "../ssh-keys/hosts.ts";
import type { SshKeyService } from "../ssh-keys/service.ts";

export interface RepositoryCredentialOptions {
  sshKeys: SshKeyService;
  sshHosts: SshHostService;
  connections: Pick<ConnectionService, "repositoryToken">;
}

/** What a project's repository is reached with. */
export class RepositoryCredentials {
  readonly #options: RepositoryCredentialOptions;

  constructor(options: RepositoryCredentialOptions) {
    this.#options = options;
  }

  /**
   * For ssh the project's key, with the recorded keys of the host; for https the token of a linked connection to the
   * same host. Undefined where the project has neither: then the person's own keys and helpers are what counts.
   * @param onRecorded told in words of host keys that were recorded just now
   * @throws AppError `git_failed` where the host does not answer, `secret_unreadable`
   */
  async of(
    { repositoryUrl, sshKeyId, links }: Project,
    onRecorded: (message: string) => void = () => undefined,
  ): Promise<GitCredentials | undefined> {
    const address = validateRepositoryUrl(repositoryUrl, { allowFile: true });
    const place = repositoryHost(address);
    if (place === null) return undefined;
    if (address.transport === "ssh") {
      if (sshKeyId === null) return undefined;
      const known = await this.#options.sshHosts.keysOf(place.host, place.port, ({ host, keys }) => {
        onRecorded(`Recorded the keys of ${host}: ${keys.map(({ fingerprint }) => fingerprint).join(", ")}`);
      });
      return {
        kind: "ssh",
        privateKey: this.#options.sshKeys.privateKey(sshKeyId),
        knownHosts: knownHostLines(known),
      };
    }
    for (const { connectionId } of links) {
      const token = this.#options.connections.repositoryToken(connectionId);
      if (token?.host === new URL(address.url).host) {
        const { origin } = new URL(address.url);
        return { kind: "https", origin, username: token.username, password: token.password };
      }
    }
    return undefined;
  }
}
