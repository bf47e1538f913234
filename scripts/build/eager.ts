import type { Metafile } from "esbuild";

/**
 * The size in bytes of what is loaded when an entry is: its file and all it imports statically, without what it
 * imports with `import()`.
 * @param entry the output's path as the metafile has it, `dist/extension.cjs`
 */
export function eagerBytes(meta: Metafile, entry: string): number {
  const seen = new Set<string>();
  const visit = (path: string): number => {
    const output = meta.outputs[path];
    if (!output || seen.has(path)) return 0;
    seen.add(path);
    const eager = output.imports.filter((item) => !item.external && item.kind !== "dynamic-import");
    return eager.reduce((sum, item) => sum + visit(item.path), output.bytes);
  };
  if (!meta.outputs[entry]) throw new Error(`${entry} is not an output of this build`);
  return visit(entry);
}
