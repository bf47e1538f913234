import * as z from "zod";
import { AppError, errorMessage } from "../errors.ts";
import { fromProblem } from "../problem.ts";
import { isBoundName } from "../rules/host-challenge.ts";
import { newNonce } from "../rules/local-proof.ts";
import { ownerOfConnection, ownerOfListener, type SocketAddress } from "../rules/socket-table.ts";
import { isRecord, parseJson } from "../values.ts";
import { grant } from "./grant.ts";
import type { LocalGrant } from "./sign-in.ts";

export { sharedClientFile } from "../rules/client-file.ts";

/** What that file holds. */
export const sharedServer = z.object({
  /** Plain HTTP on the loopback interface. */
  url: z.url({ protocol: /^http$/, hostname: /^(127\.0\.0\.1|localhost|\[::1\])$/ }),
  /** The Linux user the server runs as. */
  serviceUser: z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/, "must be a Linux user name"),
});
export type SharedServer = z.infer<typeof sharedServer>;

export interface FileFacts {
  kind: "file" | "directory" | "other";
  uid: number;
  /** The lower twelve bits. */
  mode: number;
}

/** One connection to a server, over which all of a sign-in goes. */
export interface HostConnection {
  /** This program's end and the server's, as the socket has them. */
  near: SocketAddress;
  far: SocketAddress;
  post(path: string, body: unknown): Promise<{ status: number; body: unknown }>;
  close(): void;
}

/** What signing in does to the machine; node-io.ts makes it of Node.js's modules. */
export interface HostSignInIo {
  self(): { name: string; uid: number };
  /** @throws AppError unavailable */
  connect(url: string): Promise<HostConnection>;
  /** The text of /proc/net/tcp and /proc/net/tcp6. */
  socketTables(): Promise<string[]>;
  /** Without following links; undefined where nothing is. */
  look(path: string): Promise<FileFacts | undefined>;
  read(path: string): Promise<string>;
  /** Makes a directory with the mode 0700. */
  makeDirectory(path: string): Promise<void>;
  /** Does nothing where it is gone already. */
  removeDirectory(path: string): Promise<void>;
  /** Undefined where there is no such account. */
  uidOf(linuxUser: string): Promise<number | undefined>;
}

/** The mode of the directory that challenges are made in: everybody may add to it, nobody may list or change it. */
const challengeMode = 0o1733;

/**
 * Finds this host's shared server.
 * @returns undefined where there is none
 * @throws AppError unsafe_path where others than root could have written the file: its address could lead a token elsewhere
 */
export async function findSharedServer(file: string, io: HostSignInIo): Promise<SharedServer | undefined> {
  const facts = await io.look(file);
  if (facts === undefined) return undefined;
  if (facts.kind !== "file" || facts.uid !== 0 || (facts.mode & 0o022) !== 0) {
    throw new AppError(
      "unsafe_path",
      `${file} must be a file that root alone may write, for it says where you sign in. Ask the administrator of this host to mend it.`,
      { data: { sharedServer: true } },
    );
  }
  const parsed = sharedServer.safeParse(parseJson(await io.read(file)));
  if (parsed.success) return { ...parsed.data, url: parsed.data.url.replace(/\/+$/, "") };
  throw new AppError(
    "invalid_input",
    `${file} must hold {"url": "http://127.0.0.1:4280", "serviceUser": "aiops"}. Ask the administrator of this host to mend it.`,
    { cause: parsed.error, data: { sharedServer: true } },
  );
}

/**
 * Signs in at this host's shared server as the Linux user this program runs as, without a password: by making the
 * directory that the server names. Before anything is sent the server's socket must be its service user's, and a
 * directory is made only where the name binds this very sign-in, so that no other program can pass itself off as the
 * server or sign in as this user.
 * @param client what signs in, for the list of sessions
 * @throws AppError `unavailable` where nobody, or somebody else's program, answers; what the server refuses
 */
export async function signInFromHost(server: SharedServer, client: string, io: HostSignInIo): Promise<LocalGrant> {
  return withServer(server, io, (connection, serviceUid) => converse(connection, { serviceUid, client, io }));
}

/**
 * Makes sure that what answers at the address is the shared server, before a password or a kept token is sent there: the
 * socket that took the connection must be the service user's.
 * @throws AppError `unavailable` where nobody, or somebody else's program, answers
 */
export async function requireSharedServer(server: SharedServer, io: HostSignInIo): Promise<void> {
  await withServer(server, io, async ({ far, near }, serviceUid) => {
    if (ownerOfConnection(await io.socketTables(), far, near) !== serviceUid) throw notTheServer(far);
  });
}

async function withServer<T>(
  server: SharedServer,
  io: HostSignInIo,
  talk: (connection: HostConnection, serviceUid: number) => Promise<T>,
): Promise<T> {
  const serviceUid = await io.uidOf(server.serviceUser);
  if (serviceUid === undefined) {
    throw new AppError("unavailable", `This host has no user ${server.serviceUser}, whose the aiops server should be.`);
  }
  const connection = await io.connect(server.url);
  try {
    const { far } = connection;
    if (ownerOfListener(await io.socketTables(), far) !== serviceUid) throw notTheServer(far);
    return await talk(connection, serviceUid);
  } finally {
    connection.close();
  }
}

interface Conversation {
  serviceUid: number;
  client: string;
  io: HostSignInIo;
}

async function converse(connection: HostConnection, { serviceUid, client, io }: Conversation): Promise<LocalGrant> {
  const { near, far } = connection;
  const { name: linuxUser } = io.self();
  const nonce = newNonce();
  const { challenge: ask, verify } = paths;
  const challenge = ask.answer.parse(await asked(connection, ask.path, { linuxUser, nonce }));
  // Who listens may change; who took this connection does not.
  if (ownerOfConnection(await io.socketTables(), far, near) !== serviceUid) throw notTheServer(far);
  const { directory } = challenge;
  const slash = directory.lastIndexOf("/");
  const binding = { nonce, linuxUser, address: far.address, port: far.port };
  if (!(await isBoundName(directory.slice(slash + 1), binding))) {
    throw refused("the server's challenge was made for somebody else, or passed on by another program");
  }
  await requireChallengeDirectory(directory.slice(0, slash), serviceUid, io);
  await made(directory, io);
  try {
    return verify.answer.parse(await asked(connection, verify.path, { challengeId: challenge.challengeId, client }));
  } finally {
    await io.removeDirectory(directory);
  }
}

async function made(directory: string, io: HostSignInIo): Promise<void> {
  try {
    await io.makeDirectory(directory);
  } catch (error) {
    throw refused(`the directory that shows who you are could not be made (${errorMessage(error)})`, error);
  }
}

const paths = {
  challenge: {
    path: "/api/auth/host/challenge",
    answer: z.object({ challengeId: z.string(), directory: z.string().max(4000) }),
  },
  verify: { path: "/api/auth/host/verify", answer: grant },
} as const;

async function requireChallengeDirectory(path: string, serviceUid: number, io: HostSignInIo): Promise<void> {
  const isPlain =
    path.startsWith("/") &&
    !path
      .split("/")
      .slice(1)
      .some((part) => ["", ".", ".."].includes(part));
  const facts = isPlain ? await io.look(path) : undefined;
  if (facts?.kind !== "directory" || facts.uid !== serviceUid || facts.mode !== challengeMode) {
    throw refused(`${path} is not the directory of the server's user where challenges are made`);
  }
}

async function asked(connection: HostConnection, path: string, body: unknown): Promise<unknown> {
  const answer = await connection.post(path, body);
  if (answer.status < 400) return answer.body;
  throw fromProblem(isRecord(answer.body) ? answer.body : undefined, answer.status);
}

function notTheServer({ address, port }: SocketAddress): AppError {
  return refused(`what listens at ${address} port ${port} is a program of another user than the server's`);
}

function refused(why: string, cause?: unknown): AppError {
  return new AppError(
    "unavailable",
    `You were not signed in: ${why}. Nothing was given away. Tell the administrator of this host.`,
    { cause },
  );
}
