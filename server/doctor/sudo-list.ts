/** One entry of what `sudo -l` lists. */
export interface SudoRule {
  /** Users it may be run as; a group is named as `:group`. */
  runAs: string[];
  /** Whether without a password. */
  free: boolean;
  /** The command with its arguments, as sudo prints it. */
  command: string;
}

/**
 * Reads what `sudo -l` prints in the C locale (sudo(8)): after "may run the following commands", one entry a line as
 * `(alice) NOPASSWD: /usr/lib/aiops/aiops-helper ""`.
 */
export function parseSudoList(text: string): SudoRule[] {
  const [, listed = ""] = text.split(/may run the following commands[^\n]*\n/);
  // A long entry goes on in the next line, further in.
  const lines = listed.replaceAll(/\n {8,}/g, " ").split("\n");
  return lines.flatMap((line) => {
    const [, runAs, rest] = /^\s+\(([^)]*)\)\s+(.*)$/.exec(line) ?? [];
    if (runAs === undefined || rest === undefined) return [];
    const [, tags = "", commands = ""] = /^((?:[A-Z_]+:\s*)*)(.*)$/.exec(rest) ?? [];
    const names = runAs.split(/\s*,\s*|\s+(?=:)/).map((name) => name.replaceAll(/\s/g, ""));
    return commands.split(/,\s+/).map((command) => {
      return { runAs: names, free: /\bNOPASSWD:/.test(tags), command: command.trim() };
    });
  });
}
