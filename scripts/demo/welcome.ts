/** What the folder that the demo opens says. */
export const welcome = `# Welcome to aiops

Everything here is a demo: a small git repository, and a tracker on this machine with issues somebody made up.

1. Open the **aiops** view in the activity bar. _Issues_ shows what is open.
2. Search for a phrase somebody wrote in a comment: \`"the kernel took it"\`.
3. Pick an issue, say #14, and press **Start Work**. You get a clone of your own, a branch for the issue, an
   \`AGENTS.override.md\` with its context, and a session in tmux, attached in a terminal. Choose _shell_ where no AI
   tool is installed.
4. _Sessions_ shows what it is doing; it goes on when you close the window.

To work on something real, add a tenant, a connection to your tracker and a project, and remove the demo tenant.
`;
