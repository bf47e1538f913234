import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import http from "node:http";
import os from "node:os";
import { hostSignInIo } from "../../shared/contract/host-sign-in-io.ts";

/** How the CLI signs in by host identity. */
export const io = hostSignInIo({
  execFile,
  fs,
  os,
  openHttp: () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    return {
      request: (url, options, answered) => http.request(url, { ...options, agent }, answered),
      destroy: () => agent.destroy(),
    };
  },
});
