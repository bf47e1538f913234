import type { IssueComment } from "../../shared/entities/issue.ts";
import type { IssuePanelState, PanelIssue, PanelSession } from "../../shared/messages/issue-panel.ts";

export type LoadedState = Extract<IssuePanelState, { kind: "loaded" }>;

const day = 24 * 3600 * 1000;
const ago = (milliseconds: number): string => new Date(Date.now() - milliseconds).toISOString();

const body = `Pressing **Start Work** twice on the same issue makes two worktrees, and the second session
starts without its context. Seen with \`aiops 0.1.0\` on Debian 12.

## To reproduce

1. Start work on any issue, tool \`codex\`
2. Before the terminal opens, press it again
3. \`git worktree list\` shows both

\`\`\`ts
export async function startWork(issue: Issue, signal: AbortSignal): Promise<Started> {
  const tree = await worktrees.take(issue.key, { signal }); // a very long comment that goes on and on, past the right edge of any panel that is not wider than a screen
  return { tree, session: await sessions.open(tree) };
}
\`\`\`

| tool | first press | second press |
| --- | :-: | ---: |
| codex | 1.2 s | 0.4 s |
| claude | 1.6 s | 0.5 s |

- [x] reproduce with a test
- [ ] hold a lock per issue
- [ ] say who holds it

> The second press should *attach* to the session that is starting.

See https://github.com/example/aiops/pull/7 and [the notes](docs/notes.md). Press <kbd>Ctrl</kbd>+<kbd>Enter</kbd>.

![Two terminals side by side](https://images.example/two-terminals.png)

<details><summary>Log</summary>

\`\`\`
worktree added: aiops@12
worktree added: aiops@12-2
\`\`\`

</details>
<!-- please keep the template's headings -->
`;

export const issue: PanelIssue = {
  id: "iss_12",
  version: 3,
  provider: "github",
  key: "#12",
  title: "Start Work pressed twice makes two worktrees",
  body,
  status: "open",
  rawStatus: "open",
  labels: ["bug", "area: workspaces", "good first issue"],
  assignees: [
    { id: "1", name: "Ada Byron" },
    { id: "2", name: "grace-hopper" },
  ],
  author: { id: "3", name: "linus-p" },
  milestone: "0.2",
  url: "https://github.com/example/aiops/issues/12",
  commentCount: 3,
  createdAt: ago(9 * day),
  updatedAt: ago(3 * 3600 * 1000),
  closedAt: null,
  syncedAt: ago(4 * 60 * 1000),
};

export function comment(index: number, text: string, more: Partial<IssueComment> = {}): IssueComment {
  const createdAt = ago(8 * day - index * 60_000);
  return {
    id: `c${index}`,
    author: { id: "1", name: "Ada Byron" },
    body: text,
    createdAt,
    updatedAt: createdAt,
    fromCollaborator: true,
    ...more,
  };
}

export const session: PanelSession = {
  id: "ses_1",
  tool: "codex",
  title: "codex",
  status: "waiting",
  statusSince: ago(6 * 60 * 1000),
  question: "Run `npm test` in the worktree? (y/n)",
  branch: "issue/12-start-work-twice",
  workspacePath: "/home/ada/workspace/aiops@12",
};

export const loaded: LoadedState = {
  kind: "loaded",
  issueId: issue.id,
  issue,
  projectName: "aiops",
  comments: [
    comment(1, "Confirmed. The lock is taken *after* the worktree is made; it has to be the other way round."),
    comment(2, "Same here with `claude`.\nA second line of the same paragraph.", {
      author: { id: "4", name: "margaret" },
      fromCollaborator: false,
    }),
    comment(3, "I take this one. Plan:\n\n1. lock per issue\n2. second press attaches", { updatedAt: ago(2 * day) }),
  ],
  sessions: [
    { ...session, id: "ses_2", tool: "claude", title: "claude", status: "working", question: null },
    { ...session, id: "ses_3", tool: "shell", title: "shell", status: "exited", question: null, branch: null },
    session,
  ],
  pending: [],
  abilities: {
    create: true,
    edit: true,
    comment: true,
    changeStatus: true,
    label: true,
    assign: true,
    severalAssignees: true,
  },
  canWrite: true,
  readOnlyReason: null,
  offlineSince: null,
  hasRepository: true,
  trouble: null,
};
