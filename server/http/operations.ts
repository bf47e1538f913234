import { contract } from "../../shared/contract/index.ts";
import type { OperationMeta } from "../../shared/contract/operation.ts";

/** An operation of the contract as the wire shows it. */
export interface WireOperation {
  /** As `projects.create`. */
  name: string;
  method: string;
  /** With parameters in braces, as `/api/projects/{id}`. */
  path: string;
  /** The names of the path's parameters. */
  params: readonly string[];
  meta: OperationMeta;
}

/** Every operation of the contract. */
export function listOperations(): WireOperation[] {
  return Object.entries(contract).flatMap(([area, operations]) =>
    Object.entries(operations).map(([name, procedure]) => {
      const { meta, route } = procedure["~orpc"] as { meta: OperationMeta; route: { method?: string; path?: string } };
      const path = route.path ?? "";
      const params = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
      return { name: `${area}.${name}`, method: route.method ?? "", path, params, meta };
    }),
  );
}

/** Finds the operation a request names: an address without parameters wins over one with. */
export function operationFinder(): (method: string, path: string) => WireOperation | undefined {
  const known = listOperations()
    .map((operation) => ({
      operation,
      pattern: new RegExp(`^${operation.path.replaceAll(/\{\w+\}/g, "[^/]+")}/?$`),
    }))
    .sort((a, b) => a.operation.params.length - b.operation.params.length);
  return (method, path) =>
    known.find(({ operation, pattern }) => operation.method === method && pattern.test(path))?.operation;
}
