import { join } from "node:path";

/** Where a shared server has its things, and the port by which the people of the host find it. */
export interface SharedPlaces {
  configDir: string;
  configFile: string;
  /** Root-owned: tells clients the address and whose server it is. */
  clientFile: string;
  /** In a directory of the service user (0700), for a new key replaces the file. */
  keyFile: string;
  dataDir: string;
  runtimeDir: string;
  port: number;
}

/**
 * The places of a shared server, by the Filesystem Hierarchy Standard 3.0 (/etc, /var/lib, /run).
 * @param instance the name of one of several servers on a host; the first is `aiops`
 */
export function sharedPlaces(instance = "aiops"): SharedPlaces {
  const configDir = `/etc/${instance}`;
  return {
    configDir,
    configFile: join(configDir, "config.json"),
    clientFile: join(configDir, "client.json"),
    keyFile: join(configDir, "keys", "keys.json"),
    dataDir: `/var/lib/${instance}`,
    runtimeDir: `/run/${instance}`,
    port: 4280,
  };
}
