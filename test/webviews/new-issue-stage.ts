import type { Browser, BrowserContextOptions } from "playwright-core";
import type { AppError } from "../../shared/errors.ts";
import { openChannel, type Channel, type Handlers } from "../../shared/messages/channel.ts";
import {
  newIssuePage,
  toNewIssueHost,
  toNewIssuePage,
  type NewIssueChoices,
  type NewIssueState,
} from "../../shared/messages/new-issue.ts";
import { openPanelPage, type PanelPage, type PanelServer } from "./stage.ts";
import type { Theme } from "./themes.ts";

export type FormState = Extract<NewIssueState, { kind: "form" }>;

export const form: FormState = {
  kind: "form",
  projects: [
    { id: "pro_engine", name: "Engine", links: [{ id: "lnk_engine", name: "ada/engine" }] },
    {
      id: "pro_mill",
      name: "Mill",
      links: [
        { id: "lnk_github", name: "ada/mill" },
        { id: "lnk_jira", name: "MILL" },
      ],
    },
  ],
  canWrite: true,
  readOnlyReason: null,
  offlineSince: null,
};

export const choices: NewIssueChoices = {
  labels: ["bug", "docs"],
  assignees: [
    { id: "1", name: "ada" },
    { id: "2", name: "grace" },
  ],
  stale: false,
  abilities: {
    create: true,
    edit: true,
    comment: true,
    changeStatus: true,
    label: true,
    assign: true,
    severalAssignees: true,
  },
};

/** The page of a new issue, and the test in its extension host's place. */
export interface NewIssueStage extends Omit<PanelPage, "post" | "start"> {
  host: Channel<typeof toNewIssuePage>;
  /** What the page asked, in order, `ready` and `choices` aside. */
  asked: { name: string; input: unknown }[];
  refused: AppError[];
  show(state: NewIssueState): void;
}

export interface NewIssueStageOptions {
  state?: NewIssueState;
  theme?: Theme;
  handlers?: Partial<Handlers<typeof toNewIssueHost>>;
  context?: BrowserContextOptions;
}

export async function openNewIssue(
  browser: Browser,
  server: PanelServer,
  options: NewIssueStageOptions = {},
): Promise<NewIssueStage> {
  const panel = await openPanelPage(browser, server, `issue/${newIssuePage}`, options);
  const asked: NewIssueStage["asked"] = [];
  const refused: AppError[] = [];
  let state = options.state ?? form;
  const note = (name: string) => (input: unknown) => {
    asked.push({ name, input });
    return "done" as const;
  };
  const host = openChannel({
    ours: toNewIssueHost,
    theirs: toNewIssuePage,
    handlers: {
      ready: () => {
        // After the answer, as the protocol says.
        setImmediate(() => host.tell("show", state));
        return { language: "en", translations: {} };
      },
      refresh: note("refresh"),
      copy: note("copy"),
      openLink: note("openLink"),
      choices: () => choices,
      create: note("create"),
      close: (input) => void note("close")(input),
      changeWrite: note("changeWrite"),
      retryWrite: note("retryWrite"),
      removeWrite: note("removeWrite"),
      ...options.handlers,
    },
    post: (message) => panel.post(message),
    onRefused: (error) => refused.push(error),
  });
  await panel.start((message) => host.receive(message));
  return {
    ...panel,
    host,
    asked,
    refused,
    show: (next) => {
      state = next;
      host.tell("show", next);
    },
    close: async () => {
      host.close();
      await panel.close();
    },
  };
}
