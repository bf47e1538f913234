import type { User } from "../../shared/entities/user.ts";
import { AppError } from "../../shared/errors.ts";
import type { Auth } from "./compose.ts";
import type { Ends } from "./peer.ts";
import type { Grant } from "./sign-ins.ts";

const action = "auth.hostVerify";

/**
 * Signs in whoever made the directory that a challenge named. Such a sign-in never administers by itself.
 * @throws AppError unauthenticated, forbidden
 */
export async function signInFromHost(
  { host, signIns, audit }: Pick<Auth, "host" | "signIns" | "audit">,
  { challengeId, client }: { challengeId: string; client: string },
  ends: Ends,
): Promise<Grant> {
  let user: User;
  try {
    user = await host.verify(challengeId, ends);
  } catch (error) {
    if (error instanceof AppError) {
      const actor = { kind: "system", id: "anonymous" } as const;
      await audit.append({ actor, tenantId: null, action, target: "", outcome: "denied", error: error.message });
    }
    throw error;
  }
  const subject = { actor: { kind: "user", id: user.id } as const, tenantId: null, action, target: `user:${user.id}` };
  return audit.audited(subject, () => signIns.grant({ user, client, amr: ["host"], steppedUp: false }));
}
