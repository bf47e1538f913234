import type { Implementer } from "../http/authorize.ts";
import type { KeyService } from "./rotation.ts";

export function keyRoutes(os: Implementer, keys: KeyService) {
  return {
    list: os.keys.list.handler(() => ({ items: keys.list() })),
    rotate: os.keys.rotate.handler(({ input }) => keys.rotate(input.keepOld)),
  };
}
