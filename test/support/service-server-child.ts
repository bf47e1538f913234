// The other end of service-server.ts: becomes the service user, then runs the whole server.
import { errorMessage } from "../../shared/errors.ts";
import { startTestServer, type TestServer } from "./server.ts";
import type { ServiceAnswer, ServiceOrder } from "./service-server.ts";

let server: TestServer | undefined;

async function obey(order: ServiceOrder): Promise<ServiceAnswer> {
  if ("start" in order) {
    const { env, ...options } = order.start;
    server = await startTestServer({ ...options, env: { AIOPS_MODE: "shared", AIOPS_PORT: "0", ...env } });
    const { user } = await server.client.auth.me();
    return { url: server.url, token: server.token, user };
  }
  if (server === undefined) throw new Error("the server was not started");
  const { token, user } = await server.as(order.as);
  return { url: server.url, token, user };
}

async function answer(order: ServiceOrder): Promise<void> {
  try {
    process.send?.(await obey(order));
  } catch (error) {
    process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : errorMessage(error) });
  }
}

const [uid, gid] = process.argv.slice(2).map(Number);
if (uid === undefined || gid === undefined) throw new Error("uid and gid are missing");
process.setgroups?.([gid]);
process.setgid?.(gid);
process.setuid?.(uid);
process.on("message", (order: ServiceOrder) => void answer(order));
process.on("disconnect", () => void server?.close());
