import { fork } from "node:child_process";
import { chmod } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createClient } from "../../shared/contract/client.ts";
import type { LinuxUsers, TestLinuxUser } from "./linux-users.ts";
import type { Person, SignedIn } from "./server.ts";

/** What the parent asks of the server's process, and what that answers. */
export type ServiceOrder = { start: { dir: string; env: Record<string, string>; version?: string } } | { as: Person };
export type ServiceAnswer = { url: string; token: string; user: SignedIn["user"] } | { error: string };

/** A whole shared server in a process of the service user. */
export interface ServiceServer {
  url: string;
  pid: number;
  /** The first administrator. */
  admin: SignedIn;
  /** A person; made where there is none. */
  as(person: Person): Promise<SignedIn>;
  close(): Promise<void>;
}

/**
 * @param env settings besides those of a test server; `AIOPS_HELPER` names the installed launcher
 * @param version what the server says it is
 */
export async function startServiceServer(
  users: LinuxUsers,
  service: TestLinuxUser,
  env: Record<string, string>,
  version?: string,
): Promise<ServiceServer> {
  const dir = await users.directoryOf(service, 0o711);
  const program = fileURLToPath(new URL("service-server-child.ts", import.meta.url));
  const child = fork(program, [String(service.uid), String(service.gid)], {
    execArgv: ["--disable-warning=ExperimentalWarning"],
    cwd: "/",
    env: { PATH: "/usr/bin:/bin", HOME: service.home, USER: service.name },
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let last: Promise<unknown> = Promise.resolve();
  const ask = (order: ServiceOrder): Promise<SignedIn & { url: string }> => {
    const answered = last.then(
      () =>
        new Promise<SignedIn & { url: string }>((resolve, reject) => {
          child.once("message", (answer: ServiceAnswer) => {
            if ("error" in answer) reject(new Error(answer.error));
            else
              resolve({
                ...answer,
                client: createClient({ url: answer.url, token: () => Promise.resolve(answer.token) }),
              });
          });
          void ended.then(() => reject(new Error("the server's process ended")));
          child.send(order);
        }),
    );
    last = answered.catch((error: unknown) => error);
    return answered;
  };
  await chmod(dir, 0o711);
  const { url, ...admin } = await ask({ start: { dir, env, ...(version !== undefined && { version }) } });
  return {
    url,
    pid: child.pid ?? 0,
    admin,
    as: (person) => ask({ as: person }),
    async close() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
