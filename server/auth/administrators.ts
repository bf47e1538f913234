import type { User } from "../../shared/entities/user.ts";
import { AppError } from "../../shared/errors.ts";
import type { UserService } from "../users/service.ts";
import type { Auth } from "./compose.ts";
import type { LocalProof } from "./local-sign-in.ts";

export interface AdminRequest extends LocalProof {
  email: string;
  name?: string | undefined;
  linuxUser?: string | undefined;
}

const action = "auth.createAdmin";

/**
 * Makes an administrator, or makes somebody one, and answers a one-time code with which they set their password: there is
 * no default one. For whoever can read the runtime file, which on a shared host is the service user and root.
 * @throws AppError unauthenticated for a wrong proof, conflict for somebody who is disabled
 */
export async function createAdmin({ local, login, users, audit }: Auth, request: AdminRequest) {
  await local.requireProof(action, request);
  const actor = { kind: "system", id: "host" } as const;
  const subject = { actor, tenantId: null, action, target: `email:${request.email}` };
  const work = async () => {
    const user = await ensureAdmin(users, request);
    return { user, ...login.issueCode(user) };
  };
  const { user, code, expiresAt } = await audit.audited(subject, work, (made) => `user:${made.user.id}`);
  const serverProof = await local.prove(request.nonce, code);
  return { user, code, expiresAt: new Date(expiresAt).toISOString(), serverProof };
}

async function ensureAdmin(users: UserService, { email, name, linuxUser }: AdminRequest): Promise<User> {
  const known = users.findByEmail(email);
  if (known === undefined) {
    const username = freeUsername(users, email);
    const fields = { email, username, name: name ?? username, level: "admin", linuxUser: linuxUser ?? "" } as const;
    return users.create({ ...fields, status: "active", memberships: [], identities: [] });
  }
  if (known.status !== "active") {
    throw new AppError("conflict", `${email} is disabled. Enable the person, or make another administrator.`);
  }
  const change = {
    ...(known.level === "admin" ? {} : { level: "admin" as const }),
    ...(name === undefined ? {} : { name }),
    ...(linuxUser === undefined ? {} : { linuxUser }),
  };
  return Object.keys(change).length === 0 ? known : users.update(known.id, undefined, change);
}

/** The address's first part as a user name takes it, with a number where somebody has that. */
function freeUsername(users: UserService, email: string): string {
  const plain = email
    .replace(/@.*/, "")
    .replace(/[^A-Za-z0-9._-]/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "");
  const base = plain.slice(0, 60) || "admin";
  const taken = new Set(users.list().map(({ username }) => username));
  for (let number = 1; ; number += 1) {
    const username = number === 1 ? base : `${base}${number}`;
    if (!taken.has(username)) return username;
  }
}
