import type { User } from "../../shared/entities/user.ts";
import type { AppError } from "../../shared/errors.ts";

/** Who runs the server: this person's own, or one at an address that was configured. */
export type ServerKind = "personal" | "configured";

export interface Connected {
  kind: "connected";
  server: ServerKind;
  url: string;
  version: string;
  mode: "personal" | "shared";
  user: User;
}

/** What stands between the person and their things; each has a welcome view of its own. */
export type Obstacle = "noServer" | "signedOut" | "incompatible";

export type ConnectionState =
  | { kind: "connecting"; step: string }
  | Connected
  /** The stream broke a moment ago; what was read is still shown. */
  | { kind: "reconnecting"; last: Connected }
  | { kind: "disconnected"; obstacle: Obstacle; error: AppError };

export function isConnected(state: ConnectionState): state is Connected {
  return state.kind === "connected";
}
