import { createServer } from "node:net";
import { errorMessage } from "../../../shared/errors.ts";
import type { RuntimeFile } from "../../../shared/rules/runtime-file.ts";
import type { Config } from "../../config/schema.ts";
import { readAnnouncement } from "../../runtime.ts";
import { currentHolder } from "../../storage/data-directory.ts";
import { systemCode } from "../../storage/fault.ts";
import { fail, ok, warn, type Check, type Finding } from "../check.ts";

/** Whether a server runs and answers; and where none does, whether it could listen. */
export const checkRunning: Check = async ({ config, self, service }) => {
  if (self.uid !== service.uid) {
    return [ok("server", `not looked at: run this as ${service.name} to see whether it answers`)];
  }
  let announced: RuntimeFile | undefined;
  try {
    announced = await readAnnouncement(config.runtimeDir);
  } catch (error) {
    return [fail("server", errorMessage(error), `remove the file in ${config.runtimeDir} and start the server anew`)];
  }
  const server = announced === undefined ? checkHolder(config) : await checkAnswer(announced);
  const isUp = announced !== undefined && server.level === "ok";
  return isUp ? [server] : [server, ...(await checkPorts(config))];
};

function checkHolder({ dataDir, mode }: Config): Finding {
  const start = mode === "shared" ? "systemctl start aiops" : "VS Code starts it, or: aiops serve";
  const holder = currentHolder(dataDir);
  if (holder === undefined) return ok("server", `not running (${start})`);
  return warn(
    "server",
    `process ${holder.pid} holds the data but announced no address`,
    `wait, or: kill ${holder.pid}`,
  );
}

async function checkAnswer({ url, version, pid }: RuntimeFile): Promise<Finding> {
  try {
    const response = await fetch(new URL("/ready", url), { signal: AbortSignal.timeout(3_000) });
    if (response.ok) return ok("server", `${url} (version ${version}, process ${pid})`);
    return fail("server", `${url} answers ${response.status}`, "see its log");
  } catch (error) {
    return warn("server", `${url}: ${errorMessage(error)}`, "start it: aiops serve");
  }
}

async function checkPorts({ port, listen }: Config): Promise<Finding[]> {
  const at = listen?.lastIndexOf(":") ?? 0;
  const places = [
    { host: "127.0.0.1", port, variable: "AIOPS_PORT" },
    ...(listen === undefined
      ? []
      : [
          {
            host: listen.slice(0, at).replace(/^\[|\]$/g, ""),
            port: Number(listen.slice(at + 1)),
            variable: "AIOPS_LISTEN",
          },
        ]),
  ];
  return Promise.all(places.filter((place) => place.port !== 0).map(checkPort));
}

/** Listens for a moment where the server would. */
function checkPort({ host, port, variable }: { host: string; port: number; variable: string }): Promise<Finding> {
  const check = `port ${port}`;
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error) => {
      const code = systemCode(error);
      if (code === "EADDRINUSE") {
        resolve(
          fail(
            check,
            `another program listens on ${host}:${port}`,
            `ss -ltnp 'sport = :${port}' names it; end it, or change ${variable}`,
          ),
        );
      } else if (code === "EACCES") {
        resolve(
          fail(check, `only root may listen on ${host}:${port}`, `choose a port above 1023 (${variable}), or a proxy`),
        );
      } else resolve(fail(check, `${host}: ${error.message}`, `correct ${variable}`));
    });
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(ok(check, `free on ${host}`))));
  });
}
