import { errorMessage } from "../../../shared/errors.ts";
import { readKeyFile } from "../../secrets/key-file.ts";
import { askForKeys } from "../../secrets/keys.ts";
import { fail, ok, warn, type Check } from "../check.ts";

/** Whether the key can be had, and no replacement of it was left unfinished. */
export const checkKeys: Check = async ({ config, self, service }) => {
  const check = "key";
  if (self.uid !== service.uid) return [ok(check, `not looked at: run this as ${service.name}`)];
  try {
    if (config.keyCommand !== undefined) await askForKeys(config.keyCommand);
    const file = await readKeyFile(config.keyFile);
    if (file?.rotating === true) return [warn(check, "its replacement was interrupted", "aiops keys rotate")];
    return [ok(check, file === undefined ? "from elsewhere, or made at the first start" : file.active)];
  } catch (error) {
    return [fail(check, errorMessage(error), "put back your copy of the key")];
  }
};
