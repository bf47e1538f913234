import * as vscode from "vscode";
import type { Obstacle } from "./connection/state.ts";

/** Every context key of the product with what it may be; `when` clauses in package.json use these and no others. */
export interface ContextKeys {
  /** What the welcome views and menus go by. */
  "aiops.state": "connecting" | "connected" | Obstacle;
  "aiops.hasProjects": boolean;
  /** There is a project at whose tracker an issue can be created, as far as that is known. */
  "aiops.mayCreateIssue": boolean;
  /** A filter narrows the issue tree. */
  "aiops.filtered": boolean;
  /** The server is this person's own, so that it may be restarted from here. */
  "aiops.personalServer": boolean;
  /** The server is this host's, where the person signs in as the Linux user they are. */
  "aiops.sharedServer": boolean;
  /** The person may change the settings of the server. */
  "aiops.admin": boolean;
}

/** The one place that sets them. */
export class ContextKeyTable {
  readonly #values = new Map<string, unknown>();

  set<K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): void {
    if (this.#values.get(key) === value) return;
    this.#values.set(key, value);
    void vscode.commands.executeCommand("setContext", key, value);
  }

  get<K extends keyof ContextKeys>(key: K): ContextKeys[K] | undefined {
    return this.#values.get(key) as ContextKeys[K] | undefined;
  }
}
