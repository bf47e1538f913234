import { execFile, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { makeCertificate } from "./certificate.ts";

export interface GitHttps extends AsyncDisposable {
  /** `https://localhost:<port>` */
  origin: string;
  /** The certificate, for `http.sslCAInfo`. */
  cert: string;
  /** The names and passwords that were shown, in order. */
  shown: string[];
}

/**
 * Real git over https on loopback: `git http-backend` behind basic authentication.
 * @param directory holds the bare repositories, and gets the certificate
 * @param password what is let in, under whatever name
 */
export async function startGitHttps(directory: string, password: string): Promise<GitHttps> {
  const { cert, key } = await makeCertificate(directory);
  const { stdout } = await promisify(execFile)("git", ["--exec-path"]);
  const backend = join(stdout.trim(), "git-http-backend");
  const shown: string[] = [];
  const server = createServer({ cert: await readFile(cert), key: await readFile(key) }, (request, response) => {
    const given = /^Basic (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    const credentials = given === undefined ? "" : Buffer.from(given, "base64").toString();
    if (given !== undefined) shown.push(credentials);
    if (credentials.endsWith(`:${password}`)) serve(backend, directory, request, response);
    else response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { origin: `https://localhost:${port}`, cert, shown, [Symbol.asyncDispose]: () => close(server) };
}

/** The common gateway interface (RFC 3875), as far as git needs it. */
function serve(backend: string, root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", "https://localhost");
  const child = spawn(backend, {
    env: {
      PATH: process.env["PATH"],
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "safe.directory",
      GIT_CONFIG_VALUE_0: dirname(join(root, "x")),
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      CONTENT_LENGTH: request.headers["content-length"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      HTTP_GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      REMOTE_USER: "robot",
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  request.pipe(child.stdin);
  let head = Buffer.alloc(0);
  let begun = false;
  child.stdout.on("data", (piece: Buffer) => {
    if (begun) {
      response.write(piece);
      return;
    }
    head = Buffer.concat([head, piece]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    begun = true;
    for (const line of head.subarray(0, end).toString().split("\r\n")) {
      const [name = "", value = ""] = line.split(/: (.*)/s);
      if (name.toLowerCase() === "status") response.statusCode = Number(value.slice(0, 3));
      else response.setHeader(name, value);
    }
    response.write(head.subarray(end + 4));
  });
  child.stdout.on("end", () => response.end());
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
