import type { Client } from "../../shared/contract/client.ts";
import type { SettingsOperation } from "../../shared/messages/settings-panel.ts";

export interface OperationCall {
  operation: SettingsOperation;
  /** Checked by the server. */
  input: unknown;
  /** Of what is shown; `stale_version` is answered where there is another by now. */
  version?: number | undefined;
}

/** They carry a password, a code or a private key, which somebody else's program must not be given in the server's place. */
const carrySecrets: ReadonlySet<SettingsOperation> = new Set<SettingsOperation>([
  "auth.changePassword",
  "auth.confirmTotp",
  "sshKeys.create",
  "sshKeys.update",
]);

/**
 * Calls one of the contract's operations by its name.
 * @param requireItself throws where it is not the server that would be given what is sent
 */
export async function callOperation(
  client: Client,
  { operation, input, version }: OperationCall,
  requireItself: () => Promise<void>,
): Promise<unknown> {
  if (carrySecrets.has(operation)) await requireItself();
  const [area = "", name = ""] = operation.split(".");
  const call = Reflect.get(Object(Reflect.get(client, area)), name) as (
    input: unknown,
    options: { context: { ifMatch?: number } },
  ) => Promise<unknown>;
  return call(input, { context: version === undefined ? {} : { ifMatch: version } });
}
