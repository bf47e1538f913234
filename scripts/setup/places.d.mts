/** Where the parts set-up provides stand; see places.mjs. */
export const NODE_VERSION: string;
export const CODE_SERVER_VERSION: string;
/** The checkout. */
export const root: string;
/** Set-up's folder in the user's cache. */
export const cacheDir: string;
export const nodeDir: string;
export const nodeBinDir: string;
/** The product's Node.js. */
export const nodeBin: string;
export const codeServerRoot: string;
/** The folder of the npm package code-server. */
export const codeServerDir: string;
export const codeServerFiles: string[];
/** Finds a command on PATH. */
export function which(command: string): string | undefined;
export function findChromium(): string | undefined;
export function nodeHeaders(): string | undefined;
