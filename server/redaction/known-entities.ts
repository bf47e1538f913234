/** A person the control plane has a record of. */
export interface KnownPerson {
  name: string;
  emails: readonly string[];
  /** Linux users, user names, logins at trackers. */
  handles: readonly string[];
}

/** What the control plane knows by name, replaced exactly wherever it stands. Plain data: it is sent to the worker. */
export interface KnownEntities {
  people: readonly KnownPerson[];
  /** Clients (tenants) and sites. */
  places: readonly string[];
  /** Host names and addresses. */
  hosts: readonly string[];
}

export const nothingKnown: KnownEntities = { people: [], places: [], hosts: [] };
