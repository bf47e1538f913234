import type { User } from "../../shared/entities/user.ts";
import type { AppError } from "../../shared/errors.ts";

/** Who runs the server: this person for themselves, this host for all its people, or whoever an address was configured of. */
export type ServerKind = "personal" | "shared" | "configured";

export interface Connected {
  kind: "connected";
  server: ServerKind;
  url: string;
  version: string;
  mode: "personal" | "shared";
  user: User;
  /** The sign-in, as the server lists it. */
  sessionId: string;
}

/**
 * What stands between the person and their things; each has a welcome view of its own. `unknownHere`: nobody in aiops works
 * as this Linux user; `notAdmitted`: host identity was refused for another reason.
 */
export type Obstacle = "noServer" | "signedOut" | "unknownHere" | "notAdmitted" | "incompatible";

export type ConnectionState =
  | { kind: "connecting"; step: string }
  | Connected
  /** The stream broke a moment ago; what was read is still shown. */
  | { kind: "reconnecting"; last: Connected }
  | { kind: "disconnected"; obstacle: Obstacle; server: ServerKind; error: AppError };

export function isConnected(state: ConnectionState): state is Connected {
  return state.kind === "connected";
}
