// The extension needs of the contract only where each operation is: validation is the server's.
import { minifyContractRouter } from "@orpc/contract";
import type { Plugin } from "esbuild";
import { contract } from "../../shared/contract/index.ts";

/** Puts the contract's paths and methods in place of its schemas, so that no validator is in the bundle. */
export const routesOnly: Plugin = {
  name: "routes-only",
  setup(build) {
    build.onLoad({ filter: /[\\/]shared[\\/]contract[\\/]index\.ts$/ }, () => ({
      contents: `export const contract = ${JSON.stringify(minifyContractRouter(contract))};`,
      loader: "js",
    }));
  },
};
