import type { Session } from "../../entities/session.ts";
import type { AccessToken, AuthSession } from "../../entities/sign-in.ts";
import type { SshHost, SshKey } from "../../entities/ssh-key.ts";

/** What the page of SSH keys shows. No private half is in it: the server answers none. */
export interface SshKeysData {
  keys: PanelSshKey[];
  hosts: SshHost[];
  tenants: { id: string; name: string }[];
}

/** With the names of the projects that use it. */
export type PanelSshKey = SshKey & { projects: string[] };

/** What the page about one's own sign-in shows. */
export interface SignInData {
  mode: "personal" | "shared";
  email: string;
  signIns: AuthSession[];
  tokens: AccessToken[];
  hasPassword: boolean;
  hasTotp: boolean;
}

/** What the page of sessions shows. */
export interface SessionsData {
  sessions: PanelSession[];
}

export interface PanelSession extends Pick<
  Session,
  "id" | "title" | "tool" | "status" | "statusSince" | "tmuxSession" | "tmuxSocket"
> {
  /** The project's name; empty where it is not known. */
  project: string;
  /** Whose it is, by name; empty where it is not known. */
  person: string;
}
