/**
 * This process's environment without what belongs to where it was started: an aiops session, a VS Code terminal, a git
 * hook. Programs started for tests and for `npm start` must not find the outer one's server, window or repository.
 */
export function cleanEnv(): Record<string, string> {
  const foreign = /^(?:AIOPS_(?!TEST_)|VSCODE_|ELECTRON_|GIT_(?:DIR|WORK_TREE|INDEX_FILE)$)/;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return Object.fromEntries(kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
