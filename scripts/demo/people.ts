import type { AuthorAssociation } from "../../test/fixtures/github/model.ts";

export interface DemoPerson {
  name: string;
  association: AuthorAssociation;
}

/** Everyone who wrote something in the demo, by login. Nobody of them exists. */
export const people: Readonly<Record<string, DemoPerson>> = {
  "mira-kovac": { name: "Mira Kovač", association: "OWNER" },
  "jonas-weber": { name: "Jonas Weber", association: "MEMBER" },
  "tomas-lind": { name: "Tomas Lind", association: "MEMBER" },
  "adaeze-obi": { name: "Adaeze Obi", association: "COLLABORATOR" },
  "priya-raman": { name: "Priya Raman", association: "COLLABORATOR" },
  "lena-fischer": { name: "Lena Fischer", association: "CONTRIBUTOR" },
  "sam-okafor": { name: "Sam Okafor", association: "CONTRIBUTOR" },
  "hannah-roth": { name: "Hannah Roth", association: "CONTRIBUTOR" },
  "dwight-palmer": { name: "Dwight Palmer", association: "NONE" },
  "nadia-haddad": { name: "Nadia Haddad", association: "NONE" },
};

/** Whom the demo takes the person in front of it for: "my issues" are hers. */
export const demoLogin = "mira-kovac";
