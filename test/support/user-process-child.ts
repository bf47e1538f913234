// The other end of user-process.ts: becomes a Linux user and does what it is told.
import { chmod, mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import http from "node:http";
import { connect, createServer, type AddressInfo } from "node:net";
import { findSharedServer, signInFromHost, type SharedServer } from "../../shared/contract/host-sign-in.ts";
import { errorMessage } from "../../shared/errors.ts";
import { io } from "../../server/cli/host-sign-in.ts";
import { runCli } from "../../server/cli/program.ts";

interface CliCall {
  argv: string[];
  env: Record<string, string>;
  answers?: string[];
  input?: string;
}

export interface Answer {
  status: number;
  body: unknown;
}

const heard: string[] = [];

const deeds = {
  mkdir: async ({ path, mode }: { path: string; mode: number }) => {
    await mkdir(path, { mode });
    await chmod(path, mode);
  },
  symlink: ({ path, target }: { path: string; target: string }) => symlink(target, path),
  rename: ({ from, to }: { from: string; to: string }) => rename(from, to),
  remove: ({ path }: { path: string }) => rm(path, { recursive: true, force: true }),
  write: ({ path, text }: { path: string; text: string }) => writeFile(path, text),
  /** One POST on a connection of its own. */
  post: ({ url, path, body }: { url: string; path: string; body: unknown }) => post(new URL(path, url), body),
  signIn: ({ server, client }: { server: SharedServer; client: string }) => signInFromHost(server, client, io),
  findServer: async ({ file }: { file: string }) => (await findSharedServer(file, io)) ?? null,
  /** One call of `aiops` as this user; `answers` are what is typed where it asks. */
  cli: async ({ argv, env, answers = [], input = "" }: CliCall) => {
    const written = { out: "", err: "" };
    const code = await runCli(argv, {
      env: { ...env, HOME: process.env["HOME"] },
      version: "0.0.0-test",
      output: { out: (text) => void (written.out += text), err: (text) => void (written.err += text) },
      readInput: () => Promise.resolve(input),
      ask: (question) => {
        const answer = answers.shift();
        return answer === undefined ? Promise.reject(new Error(`nobody answers ${question}`)) : Promise.resolve(answer);
      },
      cwd: "/",
    });
    return { code, ...written };
  },
  /** A server of this user's that answers everything alike and remembers what it was asked. */
  listen: (_nothing: null) =>
    new Promise<number>((resolve, reject) => {
      const server = http.createServer((request, response) => {
        heard.push(request.url ?? "");
        response.setHeader("content-type", "application/json");
        response.end("{}");
      });
      server.on("error", reject);
      server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
    }),
  heard: (_nothing: null) => Promise.resolve(heard),
  /** Listens and passes everything on to another port, both ways, as this user. */
  relay: ({ to }: { to: number }) =>
    new Promise<number>((resolve, reject) => {
      const server = createServer((near) => {
        const far = connect(to, "127.0.0.1");
        for (const socket of [near, far]) socket.on("error", () => socket.destroy());
        near.pipe(far).pipe(near);
      });
      server.on("error", reject);
      server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
    }),
} as const;

export type Deeds = typeof deeds;

interface Order {
  id: number;
  name: keyof Deeds;
  said: never;
}

function post(url: URL, body: unknown): Promise<Answer> {
  const text = JSON.stringify(body);
  const headers = { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) };
  return new Promise((resolve, reject) => {
    const call = http.request(url, { method: "POST", headers, agent: false }, (response) => {
      let answered = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (answered += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(answered) as unknown }));
    });
    call.on("error", reject);
    call.end(text);
  });
}

async function obey({ id, name, said }: Order): Promise<void> {
  try {
    const value: unknown = await deeds[name](said);
    process.send?.({ id, value });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    process.send?.({ id, error: { message: errorMessage(error), code } });
  }
}

const [uid, gid] = process.argv.slice(2).map(Number);
if (uid === undefined || gid === undefined) throw new Error("uid and gid are missing");
process.setgroups?.([gid]);
process.setgid?.(gid);
process.setuid?.(uid);
process.on("message", (order: Order) => void obey(order));
