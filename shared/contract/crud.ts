import * as z from "zod";
import { id, pageOf, pageQuery } from "../entities/common.ts";
import type { Capability } from "../rules/permissions.ts";
import { on, operation, type Scope, type ScopedEntity } from "./operation.ts";

interface CrudDefinition<
  E extends z.ZodObject,
  C extends z.ZodObject,
  P extends z.ZodRawShape,
  Q extends z.ZodRawShape,
> {
  /** As in the path: `projects`. */
  plural: string;
  singular: ScopedEntity;
  entity: E;
  create: C;
  patch: z.ZodObject<P>;
  query: Q;
  /** Scopes of list and create by input field, as the tenant they name. */
  scope: readonly Scope[];
  capability: { read: Capability; write: Capability; create?: Capability; remove: Capability };
  example: { input: z.input<C>; output?: unknown };
}

/** The five operations every control-plane entity has, defined once. */
export function crud<E extends z.ZodObject, C extends z.ZodObject, P extends z.ZodRawShape, Q extends z.ZodRawShape>(
  definition: CrudDefinition<E, C, P, Q>,
) {
  const { plural, singular, entity, create, patch, query, capability, example, scope } = definition;
  const collection = `/api/${plural}` as const;
  const item = `/api/${plural}/{id}` as const;
  const tags = [plural];
  return {
    list: operation
      .route({ method: "GET", path: collection, summary: `List ${plural}`, tags })
      .meta({ capability: capability.read, effect: "read", scope, example: {} })
      .input(z.object({ ...pageQuery, ...query }))
      .output(pageOf(entity)),
    create: operation
      .route({ method: "POST", path: collection, summary: `Create a ${singular}`, successStatus: 201, tags })
      .meta({ capability: capability.create ?? capability.write, effect: "write", scope, example })
      .input(create)
      .output(entity),
    get: operation
      .route({ method: "GET", path: item, summary: `Read one ${singular}`, tags })
      .meta({ capability: capability.read, effect: "read", scope: [on(singular)], example: {} })
      .input(z.object({ id }))
      .output(entity),
    update: operation
      .route({ method: "PATCH", path: item, summary: `Change a ${singular}; If-Match takes its version`, tags })
      .meta({
        capability: capability.write,
        effect: "write",
        scope: [on(singular)],
        example: { input: { name: "New" } },
      })
      .input(z.object({ ...patch.shape, id }))
      .output(entity),
    remove: operation
      .route({ method: "DELETE", path: item, summary: `Delete a ${singular}`, successStatus: 204, tags })
      .meta({ capability: capability.remove, effect: "destructive", scope: [on(singular)], example: {} })
      .input(z.object({ id })),
  };
}
