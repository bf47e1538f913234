// npm run package: the .vsix into out/.
import { relative } from "node:path";
import { packageExtension } from "./packaging/package.ts";
import { root } from "./setup/places.mjs";

console.log(relative(root, await packageExtension()));
