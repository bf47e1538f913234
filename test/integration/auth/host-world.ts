import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linuxUsers, type LinuxUsers, type TestLinuxUser } from "../../support/linux-users.ts";
import { startTestServer, type TestServer } from "../../support/server.ts";
import { UserProcess } from "../../support/user-process.ts";

/** A clock that a test can put forward. */
export class MovableClock {
  #ahead = 0;

  now(): number {
    return Date.now() + this.#ahead;
  }

  forward(milliseconds: number): void {
    this.#ahead += milliseconds;
  }
}

/** A shared server with two people who have Linux accounts, and one account that is nobody's. */
export interface HostWorld {
  server: TestServer;
  clock: MovableClock;
  ada: UserProcess;
  adaUser: TestLinuxUser;
  eve: UserProcess;
  eveUser: TestLinuxUser;
  nobody: UserProcess;
  nobodyUser: TestLinuxUser;
  /** The server's own user: these tests run it in this process. */
  serviceUser: string;
  port: number;
  close(): Promise<void>;
}

export async function makeHostWorld(users: LinuxUsers, more: Record<string, string> = {}): Promise<HostWorld> {
  await using stack = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), "aiops-host-"));
  stack.defer(() => rm(dir, { recursive: true, force: true }));
  await chmod(dir, 0o711);
  const runtimeDir = join(dir, "run");
  await mkdir(runtimeDir);
  await chmod(runtimeDir, 0o711);
  const clock = new MovableClock();
  const env = {
    AIOPS_MODE: "shared",
    AIOPS_PORT: "0",
    AIOPS_RUNTIME_DIR: runtimeDir,
    AIOPS_ANONYMOUS_LIMIT: "100000",
    ...more,
  };
  const server = await startTestServer({ env, clock });
  stack.defer(() => server.close());
  const person = async (name: string, mapped: boolean) => {
    const account = await users.create();
    if (mapped) {
      const fields = { level: "technician", linuxUser: account.name } as const;
      await server.client.users.create({ email: `${name}@example.org`, username: name, name, ...fields });
    }
    return { account, process: stack.use(new UserProcess(account)) };
  };
  const ada = await person("ada", true);
  const eve = await person("eve", true);
  const nobody = await person("nobody", false);
  const ends = stack.move();
  return {
    server,
    clock,
    ada: ada.process,
    adaUser: ada.account,
    eve: eve.process,
    eveUser: eve.account,
    nobody: nobody.process,
    nobodyUser: nobody.account,
    serviceUser: "root",
    port: Number(new URL(server.url).port),
    close: () => ends.disposeAsync(),
  };
}

/** The world of the surrounding `describe`, with its Linux users; answers functions that give them. */
export function hostWorld(more: Record<string, string> = {}): { users: LinuxUsers; world: () => HostWorld } {
  const users = linuxUsers();
  let made: HostWorld | undefined;
  before(async () => {
    made = await makeHostWorld(users, more);
  });
  after(async () => made?.close());
  return {
    users,
    world: () => {
      if (made === undefined) throw new Error("the world is there from the first test on");
      return made;
    },
  };
}
