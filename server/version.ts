import manifest from "../package.json" with { type: "json" };

/** The product's version: server, CLI and extension are one package. */
export const version: string = manifest.version;
