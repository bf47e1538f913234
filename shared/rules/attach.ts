/**
 * Argument vector that attaches a terminal of the session's Linux user. The exact name (`=…:`), since tmux would else
 * take a prefix; no configuration of the person's own. Unset TMUX and TMUX_TMPDIR where it runs: the socket is the one
 * in tmux's default folder.
 */
export function attachCommand(session: { tmuxSocket: string; tmuxSession: string }): string[] {
  return [
    "tmux",
    "-u",
    "-L",
    session.tmuxSocket,
    "-f",
    "/dev/null",
    "attach-session",
    "-t",
    `=${session.tmuxSession}:`,
  ];
}
