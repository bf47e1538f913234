import type { LinuxUserTable, User } from "../../entities/user.ts";

/** A person with the Linux user they work as on the server's host. */
export interface PanelPerson extends User {
  /** Null where they are mapped to none. */
  worksAs: string | null;
  /** What keeps them from working there, with what to do; null for nothing. */
  problem: string | null;
}

/** What the page of people shows. */
export interface PeopleData extends Pick<LinuxUserTable, "mode" | "strategy"> {
  people: PanelPerson[];
  /** The id of whoever looks at it. */
  me: string;
  tenants: { id: string; name: string }[];
  connections: { id: string; name: string }[];
}
