import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Installs the package into the VS Code that `code` belongs to (in a Remote-SSH terminal: on this host), and opens the folder. */
export async function openDesktopCode(code: string, vsix: string, workspace: string): Promise<void> {
  await promisify(execFile)(code, ["--install-extension", vsix, "--force"]);
  await promisify(execFile)(code, [workspace]);
}
