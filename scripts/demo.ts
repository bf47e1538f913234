import { mkdir } from "node:fs/promises";
import { join } from "node:path";

/** What the demo is made with. */
export interface DemoContext {
  /** A folder for the demo's own things; kept from start to start. */
  folder: string;
  /** The running server. */
  serverUrl: string;
  /** Runs the CLI against the running server and answers what it printed; rejects when it fails. */
  aiops(args: string[], env?: Record<string, string>): Promise<string>;
}

/** The demo, running. */
export interface Demo {
  /** The folder VS Code opens. */
  workspace: string;
  /** Lines to print beside the address. */
  notes: string[];
  /** Ends what the demo started. */
  stop(): Promise<void>;
}

/** Offers something to look at where nothing is configured yet. */
export async function prepareDemo(context: DemoContext): Promise<Demo> {
  const workspace = join(context.folder, "workspace");
  await mkdir(workspace, { recursive: true });
  return { workspace, notes: [], stop: async () => {} };
}
