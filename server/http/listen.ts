import { readFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer, type Server as SecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createSecureContext } from "node:tls";
import { AppError, errorMessage } from "../../shared/errors.ts";
import { toProblem } from "../../shared/problem.ts";
import { addressTest } from "../config/addresses.ts";
import type { Config } from "../config/schema.ts";
import type { Logger } from "../log.ts";
import { guardUpgrades, type GuardOptions } from "./guard.ts";

export interface ListenOptions {
  config: Pick<Config, "port" | "listen" | "tlsCert" | "tlsKey" | "trustedProxies">;
  application: RequestListener;
  guard: GuardOptions;
  log: Logger;
  /** Milliseconds between two looks at the certificate: one that was renewed is taken without a restart. */
  renewalMs?: number;
}

export interface Listening {
  /** Where this host's own clients come: plain HTTP on 127.0.0.1. */
  url: string;
  /** Ends the streams, lets running requests finish, then closes what is left. */
  stop(endStreams: () => void): Promise<void>;
}

const limits = { headersTimeout: 5_000, requestTimeout: 30_000, connectionsCheckingInterval: 1_000 };

/**
 * Listens on 127.0.0.1, and where it is configured on a further address: with TLS, or without for named proxies alone.
 * @throws AppError unavailable where a port is taken or the TLS files are of no use
 */
export async function startListening(options: ListenOptions): Promise<Listening> {
  const { config, application } = options;
  const open: (Server | SecureServer)[] = [];
  let renewal: NodeJS.Timeout | undefined;
  const stop = async (endStreams: () => void) => {
    clearInterval(renewal);
    await stopAll(open, endStreams);
  };
  try {
    const local = createServer(limits, application);
    guardUpgrades(local, options.guard);
    const port = await bind(local, { host: "127.0.0.1", port: config.port });
    open.push(local);
    if (config.listen !== undefined) {
      const further = await createFurther(options);
      guardUpgrades(further.server, options.guard);
      await bind(further.server, parseListen(config.listen));
      open.push(further.server);
      renewal = further.renewal;
    }
    return { url: `http://127.0.0.1:${port}`, stop };
  } catch (error) {
    await stop(() => undefined);
    throw error;
  }
}

interface Further {
  server: Server | SecureServer;
  renewal: NodeJS.Timeout | undefined;
}

async function createFurther({ config, application, log, renewalMs = 60_000 }: ListenOptions): Promise<Further> {
  const { tlsCert, tlsKey } = config;
  if (tlsCert === undefined || tlsKey === undefined) {
    return { server: createServer(limits, forProxies(config.trustedProxies, application)), renewal: undefined };
  }
  let files = await readTls(tlsCert, tlsKey);
  const server = createSecureServer({ ...limits, ...files, minVersion: "TLSv1.2" }, application);
  const renew = async () => {
    try {
      const now = await readTls(tlsCert, tlsKey);
      if (now.cert === files.cert && now.key === files.key) return;
      server.setSecureContext({ ...now, minVersion: "TLSv1.2" });
      files = now;
      log.info({}, "the renewed TLS certificate is in use");
    } catch (error) {
      // The one in use goes on: a renewal replaces two files, and a look may fall between them.
      log.warn({ err: error }, "the TLS files can't be taken; the certificate read before stays in use");
    }
  };
  return { server, renewal: setInterval(() => void renew(), renewalMs).unref() };
}

/** Without TLS nobody but the named proxies is answered: others would send their tokens in the clear. */
function forProxies(trusted: readonly string[], application: RequestListener): RequestListener {
  const isTrusted = addressTest(trusted);
  return (request, response) => {
    if (isTrusted(request.socket.remoteAddress)) {
      application(request, response);
      return;
    }
    const error = new AppError(
      "host_not_allowed",
      "Only the proxies named by AIOPS_TRUSTED_PROXIES are answered at this address. Use the address of the proxy.",
    );
    response.writeHead(error.status, {
      "content-type": "application/problem+json; charset=utf-8",
      connection: "close",
    });
    response.end(JSON.stringify(toProblem(error)));
  };
}

async function readTls(certFile: string, keyFile: string): Promise<{ cert: string; key: string }> {
  const read = async (file: string) => {
    try {
      return await readFile(file, "utf8");
    } catch (error) {
      throw new AppError("unavailable", `The TLS file ${file} can't be read: ${errorMessage(error)}.`, {
        cause: error,
      });
    }
  };
  const files = { cert: await read(certFile), key: await read(keyFile) };
  try {
    createSecureContext(files);
  } catch (error) {
    throw new AppError(
      "unavailable",
      `The TLS files ${certFile} and ${keyFile} are not a certificate in PEM and its key: ${errorMessage(error)}.`,
      { cause: error },
    );
  }
  return files;
}

function parseListen(listen: string): { host: string; port: number } {
  const at = listen.lastIndexOf(":");
  return { host: listen.slice(0, at).replace(/^\[|\]$/g, ""), port: Number(listen.slice(at + 1)) };
}

function bind(server: Server | SecureServer, { host, port }: { host: string; port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      const message = taken
        ? `Port ${port} is taken by another program. Choose another with --port, or 0 for a free one.`
        : `The server can't listen on ${host}, port ${port}: ${error.message}`;
      reject(new AppError("unavailable", message, { cause: error }));
    });
    server.listen({ host, port }, () => resolve((server.address() as AddressInfo).port));
  });
}

async function stopAll(servers: readonly (Server | SecureServer)[], endStreams: () => void): Promise<void> {
  const closed = Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
  endStreams();
  // A connection is idle only once its answer has left, as that of a stream that just ended.
  const sweep = setInterval(() => servers.forEach((server) => server.closeIdleConnections()), 20);
  const force = setTimeout(() => servers.forEach((server) => server.closeAllConnections()), 5_000);
  await closed;
  clearInterval(sweep);
  clearTimeout(force);
}
