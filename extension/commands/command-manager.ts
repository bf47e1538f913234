import * as vscode from "vscode";
import { showFailure } from "../failure.ts";
import { commandIds, type CommandHandlers } from "./ids.ts";

/** The one place where commands are registered. A failure of any of them is told to the person and logged. */
export function registerCommands(handlers: CommandHandlers, log: vscode.LogOutputChannel): vscode.Disposable {
  return vscode.Disposable.from(
    ...commandIds.map((id) =>
      vscode.commands.registerCommand(id, async (target?: unknown, all?: unknown): Promise<unknown> => {
        try {
          return await handlers[id](target, all);
        } catch (error) {
          // Not awaited: whoever called the command need not wait for the person to read it.
          void showFailure(error, log);
          return undefined;
        }
      }),
    ),
  );
}
