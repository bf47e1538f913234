import { isoTime, type Clock } from "../../shared/clock.ts";
import { sshHost, type SshHost } from "../../shared/entities/ssh-key.ts";
import { AppError } from "../../shared/errors.ts";
import type { AuditLog } from "../audit/log.ts";
import { EntityDirectory } from "../directory/entities.ts";
import type { EventBus } from "../events/bus.ts";
import { newId } from "../ids.ts";
import { Serial } from "../serial.ts";
import type { DocumentStore } from "../storage/document-store.ts";
import { knownHostName, scanHost, type HostKeyTools } from "./host-keys.ts";

export interface SshHostServiceOptions extends HostKeyTools {
  store: DocumentStore;
  events: EventBus;
  clock: Clock;
  audit: AuditLog;
}

/**
 * The server's own `known_hosts`: a host's keys are recorded when it is first reached with a project's key, and no other
 * is accepted from then on, until an administrator forgets the host. The server's own user asks the host, so that no
 * person's account can put a key of its choice there for everybody.
 */
export class SshHostService {
  readonly #directory: EntityDirectory<SshHost>;
  readonly #options: SshHostServiceOptions;
  readonly #turns = new Serial();

  private constructor(directory: EntityDirectory<SshHost>, options: SshHostServiceOptions) {
    this.#directory = directory;
    this.#options = options;
  }

  static async open(options: SshHostServiceOptions): Promise<SshHostService> {
    const directory = await EntityDirectory.open<SshHost>({
      ...options,
      definition: { name: "ssh-hosts", parse: (value) => sshHost.parse(value), unique: ({ host }) => ({ host }) },
      entity: "sshHost",
      present: (record) => record,
    });
    return new SshHostService(directory, options);
  }

  find(id: string): SshHost | undefined {
    return this.#directory.find(id);
  }

  list(): SshHost[] {
    return this.#directory.list();
  }

  async remove(id: string): Promise<void> {
    await this.#directory.remove(id, undefined);
  }

  /**
   * The host's recorded keys; where there are none yet, they are asked for and recorded, and `onRecorded` is told.
   * @throws AppError `git_failed` where the host does not answer
   */
  async keysOf(host: string, port: number, onRecorded?: (recorded: SshHost) => void): Promise<SshHost> {
    const name = knownHostName(host, port);
    // By host: one that does not answer keeps nobody from another.
    return this.#turns.run(name, async () => {
      const known = this.#directory.findUnique("host", name);
      if (known !== undefined) return known;
      const keys = await scanHost(this.#options, host, port);
      if (keys.length === 0) {
        const message = `The host ${name} did not tell its SSH keys. Check the repository's address and the network, then try again.`;
        throw new AppError("git_failed", message);
      }
      const id = newId();
      const subject = { actor: { kind: "system" as const, id: "server" }, tenantId: null, target: `sshHost:${id}` };
      const recorded = await this.#options.audit.audited({ ...subject, action: "sshHosts.record" }, () =>
        this.#directory.create({ host: name, keys, recordedAt: isoTime(this.#options.clock) }, id),
      );
      onRecorded?.(recorded);
      return recorded;
    });
  }
}
