import type { Client } from "../../shared/contract/client.ts";
import type { SettingsOperation, toSettingsHost } from "../../shared/messages/settings-panel.ts";
import type { Host } from "../ui/messaging.ts";
import type { PageContext } from "../ui/start-page.ts";

/** What every part of the panel is given. */
export type SettingsContext = PageContext<Host<typeof toSettingsHost>>;

type Operation<N extends SettingsOperation> = N extends `${infer Area extends keyof Client}.${infer Name}`
  ? Name extends keyof Client[Area]
    ? Client[Area][Name]
    : never
  : never;
type Input<O> = O extends (input: infer I, ...rest: never[]) => unknown ? I : never;
type Answer<O> = O extends (...args: never[]) => Promise<infer A> ? A : never;

/**
 * Calls an operation of the contract through the host, as the extension's own client does.
 * @param version of what is shown; `stale_version` is answered, after the newer one was shown, where there is another
 */
export async function callOperation<N extends SettingsOperation>(
  { host }: SettingsContext,
  operation: N,
  input: Input<Operation<N>>,
  version?: number,
): Promise<Answer<Operation<N>>> {
  const { answer } = await host.ask("call", { operation, input, version });
  // Made by the server under the contract, and checked by the extension's client.
  return answer as Answer<Operation<N>>;
}
