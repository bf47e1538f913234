import { AppError } from "../../shared/errors.ts";
import type { User } from "../../shared/entities/user.ts";
import type { UserService } from "./service.ts";

/**
 * The person a personal server belongs to: the first active administrator mapped to the Linux user it runs as, made
 * where there is none.
 * @param linuxUser the name in the passwd entry
 */
async function ensureOwner(users: UserService, linuxUser: string): Promise<User> {
  const own = users.list((person) => person.linuxUser === linuxUser);
  const found = own.find((person) => person.level === "admin" && person.status === "active");
  if (found !== undefined) return found;
  const email = `${linuxUser}@localhost.localdomain`;
  if (users.findByEmail(email) !== undefined) {
    throw new AppError(
      "forbidden",
      `${email} is not an active administrator here, so this server belongs to nobody. Restore a backup, or use another data directory.`,
    );
  }
  return users.create({
    email,
    username: linuxUser,
    name: linuxUser,
    level: "admin",
    linuxUser,
    status: "active",
    memberships: [],
    identities: [],
  });
}

/** The same for all who ask at once; asked again later it looks anew, for the person may have been changed. */
export function ownerOf(users: UserService, linuxUser: string): () => Promise<User> {
  let running: Promise<User> | undefined;
  return () => {
    running ??= ensureOwner(users, linuxUser).finally(() => {
      running = undefined;
    });
    return running;
  };
}
