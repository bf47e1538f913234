import { lstat, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod";
import { errorMessage } from "../../../shared/errors.ts";
import { configFilePath } from "../../config/load.ts";
import { isMissing } from "../../storage/fault.ts";
import { fail, ok, warn, type Check } from "../check.ts";

const again = "sudo aiops install";
const clientFile = z.object({ url: z.url(), serviceUser: z.string() });

/** What people's clients find the shared server by: root's alone to write, and right. */
export const checkClientFile: Check = async ({ config, env, service }) => {
  if (config.mode !== "shared") return [];
  const check = "client.json";
  const path = join(dirname(configFilePath(env, config.mode)), "client.json");
  try {
    const stats = await lstat(path);
    if (!stats.isFile() || stats.uid !== 0 || (stats.mode & 0o022) !== 0) {
      return [
        fail(check, `others than root could change ${path}`, `sudo chown root ${path} && sudo chmod 644 ${path}`),
      ];
    }
    if ((stats.mode & 0o004) === 0) return [fail(check, `people can't read ${path}`, `sudo chmod 644 ${path}`)];
    const { url, serviceUser } = clientFile.parse(JSON.parse(await readFile(path, "utf8")));
    if (serviceUser !== service.name) {
      return [fail(check, `it says the server is ${serviceUser}'s; it is ${service.name}'s`, again)];
    }
    const port = new URL(url).port;
    if (config.port !== 0 && Number(port) !== config.port) {
      return [fail(check, `it says port ${port}; the configuration says ${config.port}`, again)];
    }
    return [ok(check, `${path} leads to ${url}`)];
  } catch (error) {
    if (isMissing(error)) return [warn(check, `${path} is missing: people's clients find no shared server`, again)];
    return [fail(check, `${path}: ${errorMessage(error)}`, again)];
  }
};
