import { AppError, errorMessage } from "../errors.ts";
import { parseJson } from "../values.ts";
import type { FileFacts, HostConnection, HostSignInIo } from "./host-sign-in.ts";

/**
 * What host identity needs of Node.js. It is handed in, for nothing in shared/ does I/O by itself: the CLI
 * and the extension import it, and both sign in the same way.
 */
export interface NodeParts {
  /** `http.request` over one connection that is kept: an `http.Agent` with `keepAlive` and one socket. */
  openHttp: () => HttpClient;
  fs: {
    lstat(path: string): Promise<{ isFile(): boolean; isDirectory(): boolean; uid: number; mode: number }>;
    mkdir(path: string, options: { mode: number }): Promise<unknown>;
    readFile(path: string, encoding: "utf8" | "latin1"): Promise<string>;
    rmdir(path: string): Promise<void>;
  };
  os: { userInfo(): { username: string; uid: number } };
  execFile: (
    file: string,
    argv: readonly string[],
    options: { env: Record<string, string>; timeout: number },
    ended: (error: (Error & { code?: unknown }) | null, stdout: string) => void,
  ) => unknown;
}

export interface HttpClient {
  request(url: URL, options: RequestOptions, answered: (response: HttpResponse) => void): HttpRequest;
  destroy(): void;
}

interface RequestOptions {
  method: string;
  headers: Record<string, string>;
  timeout: number;
}

interface HttpSocket {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

interface HttpResponse {
  readonly socket: HttpSocket;
  readonly statusCode?: number | undefined;
  setEncoding(encoding: "utf8"): unknown;
  on(event: "data", listener: (chunk: string) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "end", listener: () => void): unknown;
}

interface HttpRequest {
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "timeout", listener: () => void): unknown;
  destroy(error: Error): unknown;
  end(body?: string): unknown;
}

/** Milliseconds a server may take to answer, and bytes of an answer that are read. */
const timeoutMs = 10_000;
const answerLimit = 1024 * 1024;
/** getent(1): the key could not be found. */
const notFound = 2;

/** What signing in by host identity does to the machine, for the CLI and the extension alike. */
export function hostSignInIo({ openHttp, fs, os, execFile }: NodeParts): HostSignInIo {
  return {
    self: () => {
      const { username: name, uid } = os.userInfo();
      return { name, uid };
    },
    connect: (url) => connect(openHttp(), url),
    socketTables: () =>
      Promise.all(
        ["/proc/net/tcp", "/proc/net/tcp6"].map((path) => unlessMissing(fs.readFile(path, "latin1"), () => "")),
      ),
    look: async (path): Promise<FileFacts | undefined> => {
      const stats = await unlessMissing(fs.lstat(path), () => undefined);
      if (stats === undefined) return undefined;
      const kind = stats.isFile() ? "file" : stats.isDirectory() ? "directory" : "other";
      return { kind, uid: stats.uid, mode: stats.mode & 0o7777 };
    },
    read: (path) => fs.readFile(path, "utf8"),
    makeDirectory: async (path) => {
      await fs.mkdir(path, { mode: 0o700 });
    },
    removeDirectory: (path) => unlessMissing(fs.rmdir(path), () => undefined),
    uidOf: (linuxUser) => uidOf(execFile, linuxUser),
  };
}

/**
 * Opens the connection with a first request that changes nothing, for the socket's ends must be known before anything
 * is said.
 */
async function connect(http: HttpClient, url: string): Promise<HostConnection> {
  try {
    const { socket } = await send(http, new URL("/health", url), undefined);
    const { localAddress, localPort, remoteAddress, remotePort } = socket;
    if (
      localAddress === undefined ||
      localPort === undefined ||
      remoteAddress === undefined ||
      remotePort === undefined
    ) {
      throw cut(url);
    }
    return {
      near: { address: localAddress, port: localPort },
      far: { address: remoteAddress, port: remotePort },
      post: async (path, body) => {
        const answer = await send(http, new URL(path, url), JSON.stringify(body));
        // Another connection could be another program's.
        if (answer.socket !== socket) throw cut(url);
        return { status: answer.status, body: parseJson(answer.text) };
      },
      close: () => http.destroy(),
    };
  } catch (error) {
    http.destroy();
    throw error;
  }
}

interface Answer {
  status: number;
  text: string;
  socket: HttpSocket;
}

function send(http: HttpClient, url: URL, body: string | undefined): Promise<Answer> {
  const headers: Record<string, string> =
    body === undefined
      ? {}
      : { "content-type": "application/json", "content-length": String(new TextEncoder().encode(body).length) };
  const method = body === undefined ? "GET" : "POST";
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(cut(url.origin, error));
    const call = http.request(url, { method, headers, timeout: timeoutMs }, (response) => {
      const { socket, statusCode: status = 0 } = response;
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
        if (text.length > answerLimit) call.destroy(new Error("the answer has no end"));
      });
      response.on("error", fail);
      response.on("end", () => resolve({ status, text, socket }));
    });
    call.on("error", fail);
    call.on("timeout", () => call.destroy(new Error("it took too long to answer")));
    call.end(body);
  });
}

function cut(url: string, cause?: Error): AppError {
  const why = cause === undefined ? "the connection was cut" : errorMessage(cause);
  return new AppError(
    "unavailable",
    `The aiops server at ${url} does not answer: ${why}. Start it, or run: aiops doctor`,
    {
      cause,
    },
  );
}

/** Asks the system's user database, which may lie in a directory service as well. */
function uidOf(execFile: NodeParts["execFile"], linuxUser: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const options = { env: { PATH: "/usr/bin:/bin", LC_ALL: "C" }, timeout: timeoutMs };
    execFile("getent", ["passwd", linuxUser], options, (error, stdout) => {
      const uid = Number(stdout.split(":")[2]);
      if (error === null && Number.isSafeInteger(uid)) resolve(uid);
      else if (error?.code === notFound) resolve(undefined);
      else
        reject(
          new AppError("unavailable", `The user ${linuxUser} could not be looked up. Try again.`, { cause: error }),
        );
    });
  });
}

async function unlessMissing<T, F>(work: Promise<T>, fallback: () => F): Promise<T | F> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return fallback();
    throw error;
  }
}
