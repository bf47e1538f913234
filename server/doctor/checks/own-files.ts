import { lstat } from "node:fs/promises";
import { errorMessage } from "../../../shared/errors.ts";
import { configFilePath } from "../../config/load.ts";
import { isMissing } from "../../storage/fault.ts";
import { fail, ok, warn, type Check, type Finding, type Surroundings } from "../check.ts";

/** Data, keys, runtime directory and configuration: the server's own, and closed to others. */
export const checkOwnFiles: Check = (surroundings) => {
  const { config, env } = surroundings;
  const runtimeMode = config.mode === "shared" ? 0o711 : 0o700;
  const keyFile = { check: "key file", path: config.keyFile, mode: 0o600 };
  const hasFile = config.masterKey === undefined && config.keyCommand === undefined;
  return Promise.all([
    checkOwn({ check: "data directory", path: config.dataDir, mode: 0o700 }, surroundings),
    hasFile
      ? checkOwn(keyFile, surroundings)
      : Promise.resolve(ok("key file", "not used: the key comes from the environment or a command")),
    checkOwn({ check: "runtime directory", path: config.runtimeDir, mode: runtimeMode }, surroundings),
    checkConfigFile(configFilePath(env, config.mode)),
  ]);
};

interface Owned {
  check: string;
  path: string;
  mode: number;
}

async function checkOwn({ check, path, mode }: Owned, { service }: Surroundings): Promise<Finding> {
  try {
    const stats = await lstat(path);
    if (stats.isSymbolicLink()) return fail(check, `${path} is a link`, `replace it by what it leads to`);
    if (stats.uid !== service.uid) {
      return fail(
        check,
        `${path} belongs to user ${stats.uid}, not ${service.name}`,
        `sudo chown -R ${service.name} ${path}`,
      );
    }
    if ((stats.mode & 0o077 & ~mode) !== 0) {
      return fail(check, `${path} can be entered, read or changed by others`, `chmod ${mode.toString(8)} ${path}`);
    }
    return ok(check, path);
  } catch (error) {
    if (isMissing(error)) return ok(check, `${path} (made at the first start)`);
    return fail(check, errorMessage(error), `look at the owner and mode of what is above ${path}`);
  }
}

/** It may hold the key and the scrape token. */
async function checkConfigFile(path: string): Promise<Finding> {
  const check = "configuration";
  try {
    const { mode } = await lstat(path);
    if ((mode & 0o022) !== 0) return fail(check, `others can change ${path}`, `chmod go-w ${path}`);
    if ((mode & 0o004) !== 0) return warn(check, `everybody can read ${path}`, `chmod o-r ${path}`);
    return ok(check, path);
  } catch (error) {
    if (isMissing(error)) return ok(check, `${path} (none: the defaults are used)`);
    return fail(check, errorMessage(error), `look at the owner and mode of ${path}`);
  }
}
