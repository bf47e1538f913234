import type { ProviderName } from "../../../shared/entities/connection.ts";
import { gitHubAccount } from "../../../shared/rules/github-account.ts";
import type { IconName } from "../../ui/icons.ts";
import type { Wants } from "./values.ts";

/** A right a token may have, what it is for, and what is so without it; in sentences. */
export interface Right {
  /** As the tracker names it. */
  name: string;
  gives: string;
  without: string;
}

/** A place where a tracker makes tokens. */
export interface TokenPage {
  label: string;
  url: string;
}

/** One kind of tracker, as a person chooses it. Texts are English, to be translated where they are shown. */
export interface Kind {
  provider: ProviderName;
  /** Whether a Jira is Atlassian's cloud. */
  cloud: boolean;
  name: string;
  about: string;
  icon: IconName;
  wants: Wants;
  /** Host where the address is empty. */
  host: string;
  addressHelp: string;
  addressExample: string;
  /** Where tokens are made, for a web address or, empty, the vendor's own; asked through {@link tokenPagesOf}. */
  tokenPages(baseUrl: string): TokenPage[];
  tokenHelp: string;
  rights: Right[];
  /** What is to be done at the tracker to have it send webhooks. */
  webhookHelp: string;
}

const gitHub: Kind = {
  provider: "github",
  cloud: true,
  name: "GitHub",
  about: "github.com or a GitHub Enterprise Server",
  icon: "github",
  wants: { address: false, email: false },
  host: "github.com",
  addressHelp: "Empty for github.com. A GitHub Enterprise Server has its API below /api/v3:",
  addressExample: "https://github.example.org/api/v3",
  tokenPages: (baseUrl) => {
    const web = gitHubWeb(baseUrl);
    return [
      { label: "Make a fine-grained token", url: `${web}/settings/personal-access-tokens/new` },
      { label: "Make a classic token", url: `${web}/settings/tokens/new?scopes=repo&description=aiops` },
    ];
  },
  tokenHelp:
    "A fine-grained token is limited to the repositories you choose; a classic one reaches all that you reach. Without any token only public repositories can be read, 60 requests an hour.",
  rights: [
    {
      name: "Issues: Read and write",
      gives: "Of a fine-grained token: issues, comments, labels and assignees are read and changed.",
      without: "With Read-only issues are shown, and every change is refused.",
    },
    {
      name: "repo",
      gives: "Of a classic token: the same for all your repositories, private ones too.",
      without:
        "With public_repo it is so for public repositories alone; with no scope these can be read, and nothing changed.",
    },
  ],
  webhookHelp:
    "In the repository: Settings → Webhooks → Add webhook. Content type application/json, events Issues and Issue comments.",
};

const gitLab: Kind = {
  provider: "gitlab",
  cloud: true,
  name: "GitLab",
  about: "gitlab.com or a server of your own",
  icon: "gitlab",
  wants: { address: false, email: false },
  host: "gitlab.com",
  addressHelp: "Empty for gitlab.com. A server of your own, with the path it may lie under:",
  addressExample: "https://example.org/gitlab",
  tokenPages: (baseUrl) => {
    const web = baseUrl === "" ? "https://gitlab.com" : baseUrl.replace(/\/+$/, "").replace(/\/api\/v4$/, "");
    const path = "/-/user_settings/personal_access_tokens?name=aiops&scopes=api";
    return [{ label: "Make a personal access token", url: `${web}${path}` }];
  },
  tokenHelp: "A token of a project or group works as well; it then acts as that token's own bot.",
  rights: [
    {
      name: "api",
      gives: "Issues, comments, labels and assignees are read and changed.",
      without: "With read_api issues are shown, and every change is refused.",
    },
  ],
  webhookHelp:
    "In the project: Settings → Webhooks → Add new webhook. The secret goes to Secret token; triggers: Issues events and Comments, and Confidential issues events and Confidential comments.",
};

const jiraRights =
  "What the account may do in a project decides: browse it, edit, comment, transition and assign issues.";

const jiraCloud: Kind = {
  provider: "jira",
  cloud: true,
  name: "Jira Cloud",
  about: "a site at atlassian.net",
  icon: "jira",
  wants: { address: true, email: true },
  host: "",
  addressHelp: "As in the browser, without a path:",
  addressExample: "https://your-team.atlassian.net",
  tokenPages: () => [
    { label: "Make an API token", url: "https://id.atlassian.com/manage-profile/security/api-tokens" },
  ],
  tokenHelp: `${jiraRights} A token with scopes goes through https://api.atlassian.com/ex/jira/<cloud id> as its address and needs:`,
  rights: [
    { name: "read:jira-work", gives: "Issues and comments are read.", without: "Without it nothing is shown." },
    { name: "write:jira-work", gives: "They are changed.", without: "Without it every change is refused." },
    { name: "read:jira-user", gives: "People are found by name.", without: "Without it nobody can be assigned." },
  ],
  webhookHelp:
    "As an administrator of Jira: Settings → System → WebHooks → Create. Events: Issue and Comment, all of them.",
};

const jiraDataCenter: Kind = {
  provider: "jira",
  cloud: false,
  name: "Jira Data Center",
  about: "a server of your own, 8.14 or newer",
  icon: "jira",
  wants: { address: true, email: false },
  host: "",
  addressHelp: "With the path it may lie under:",
  addressExample: "https://example.org/jira",
  tokenPages: (baseUrl) => {
    if (baseUrl === "") return [];
    const page = "/secure/ViewProfile.jspa?selectedTab=com.atlassian.pats.pats-plugin:jira-user-personal-access-tokens";
    return [{ label: "Make a personal access token", url: `${baseUrl.replace(/\/+$/, "")}${page}` }];
  },
  tokenHelp: `${jiraRights} Such a token has no scopes of its own. It is made in Jira: your picture → Profile → Personal Access Tokens.`,
  rights: [],
  webhookHelp:
    "As an administrator: Administration → System → WebHooks → Create. Events: Issue and Comment, all of them.",
};

export const kinds = [gitHub, gitLab, jiraCloud, jiraDataCenter] as const;

/** Where tokens are made; for what is typed and no web address, the vendor's own places. */
export function tokenPagesOf(kind: Kind, typed: string): TokenPage[] {
  const isWeb = URL.canParse(typed) && /^https?:$/.test(new URL(typed).protocol);
  return kind.tokenPages(isWeb ? typed : "");
}

export function kindOf(provider: ProviderName, cloud: boolean): Kind {
  return kinds.find((kind) => kind.provider === provider && kind.cloud === cloud) ?? gitHubOr(provider);
}

/** GitHub and GitLab are one kind each, wherever they run. */
function gitHubOr(provider: ProviderName): Kind {
  return provider === "gitlab" ? gitLab : gitHub;
}

/** A Jira with an account's e-mail is a cloud's, and so is one at Atlassian's addresses. */
export function isCloud({
  provider,
  baseUrl,
  email,
}: {
  provider: ProviderName;
  baseUrl: string;
  email: string;
}): boolean {
  if (provider !== "jira" || email !== "") return true;
  return /(^|\.)atlassian\.(net|com)$/.test(hostOf(baseUrl));
}

/** The host of an address; empty where it has none. */
export function hostOf(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).host : "";
}

/** Where people look at a GitHub whose API is at an address. */
function gitHubWeb(baseUrl: string): string {
  if (!URL.canParse(baseUrl) || new URL(baseUrl).origin === "https://api.github.com") return "https://github.com";
  return new URL(baseUrl).origin;
}

/** Whether VS Code's own GitHub sign-in fits a connection; the extension decides it again before a token goes there. */
export function signInFits(provider: ProviderName, baseUrl: string, enterpriseOrigin: string | null): boolean {
  return provider === "github" && gitHubAccount(baseUrl, enterpriseOrigin) !== undefined;
}
