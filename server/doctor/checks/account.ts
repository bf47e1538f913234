import { ok, warn, type Check } from "../check.ts";

/** The account the server runs as. */
export const checkAccount: Check = ({ config, self, service }) => {
  const shared = config.mode === "shared";
  if (self.uid !== 0 || shared) return Promise.resolve([ok("user", shared ? service.name : "not root")]);
  return Promise.resolve([warn("user", "root", "use an ordinary account: sessions and AI tools have all its rights")]);
};
