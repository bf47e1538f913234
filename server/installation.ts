import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder this product is installed in: the checkout, or the extension's own folder. Never a workspace. */
// Built files and sources both lie one folder below it.
export const installationDirectory = resolve(dirname(fileURLToPath(import.meta.url)), "..");
