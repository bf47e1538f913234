import type { Clock } from "../../shared/clock.ts";
import type { Closers } from "../closers.ts";
import type { Environment } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { Accounts } from "./accounts.ts";
import type { Host } from "./host.ts";
import { createLocalHost } from "./local.ts";
import { createSharedHost } from "./shared.ts";

/** The host of the configured mode, and its user database; in shared mode its helpers end when the server does. */
export function openHost(
  { mode, helper, helperIdleMinutes }: Config,
  environment: Environment,
  clock: Clock,
  closers: Closers,
): { host: Host; accounts: Accounts } {
  const accounts = new Accounts(clock);
  if (mode === "personal") return { host: createLocalHost({ environment }), accounts };
  const idleMs = Math.round(helperIdleMinutes * 60_000);
  const host = createSharedHost({ environment, accounts, program: helper, idleMs });
  closers.push(() => host.close());
  return { host, accounts };
}
