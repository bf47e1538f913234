import type { Implementer } from "../http/authorize.ts";

export interface SystemRouteOptions {
  version: string;
  /** Seconds. */
  uptime: () => number;
  /** Throws where storage does not work. */
  checkStorage: () => void;
}

export function systemRoutes(os: Implementer, { version, uptime, checkStorage }: SystemRouteOptions) {
  const ok = () => ({ status: "ok" as const, version, uptimeSeconds: uptime() });
  return {
    health: os.system.health.handler(ok),
    ready: os.system.ready.handler(() => {
      checkStorage();
      return ok();
    }),
  };
}
