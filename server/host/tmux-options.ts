/** Sessions are made wide, so that what a tool prints before anyone attaches is not broken into short lines. */
export const defaultSize = { cols: 220, rows: 50 };

/**
 * The options of our own tmux server: commands for `source-file -`, harmless to repeat. `-q` passes over options that
 * an older tmux does not know.
 */
export const tmuxOptions = [
  "set-option -s default-terminal tmux-256color",
  // Tools draw in true colour (COLORTERM says so to them); VS Code's terminal, an xterm, shows it.
  "set-option -sq terminal-features[9] xterm*:RGB",
  "set-option -s escape-time 20",
  "set-option -sq focus-events on",
  `set-option -g default-size ${defaultSize.cols}x${defaultSize.rows}`,
  "set-option -g history-limit 20000",
  "set-option -g mouse on",
  // What attaches later must not put its own environment into a session.
  "set-option -g update-environment ''",
  "set-option -g status on",
  "set-option -g status-left-length 100",
  "set-option -g status-left '#[bold] aiops #[default] #{session_name} '",
  "set-option -g status-right '#{?pane_dead,ended ,}'",
  // A person's terminal decides the size, whoever looked last.
  "set-option -gw window-size latest",
  // So that exit codes are known, and the last words can be read.
  "set-option -gw remain-on-exit on",
  "set-option -gw allow-rename off",
  "set-option -gw automatic-rename off",
];
